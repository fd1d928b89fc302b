// The program that answers the requests of languages/README.md in Go.
package main

import (
	"bufio"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"
)

const (
	keyCount  = 1000
	valueSize = 100
)

type server struct {
	kind     kind
	peer     peer
	keys     [keyCount]string
	position int
	number   uint64
}

func newServer(kind kind) *server {
	made := &server{kind: kind}
	for index := range made.keys {
		made.keys[index] = fmt.Sprintf("user:%011d", 2*(617*index%keyCount))
	}
	return made
}

func (s *server) answer(request string) (string, error) {
	words := strings.SplitN(request, " ", 4)
	switch {
	case len(words) == 4 && words[0] == "open":
		var err error
		s.peer, err = s.kind.open(terms{words[3], words[1] == "full", words[2] == "uncached"})
		return "ok", err
	case request == "fill":
		s.position, s.number = 0, 0
		return "ok", s.peer.setMany(s.nextPairs(keyCount))
	case request == "values":
		return s.values()
	case request == "close":
		return "ok", s.peer.close()
	case len(words) == 3:
		count, err := strconv.Atoi(words[2])
		if err != nil {
			return "", err
		}
		if words[0] == "batch" {
			return s.batch(words[1], count)
		}
		return s.calls(words[1], count)
	}
	return "", errors.New("the request " + request + " is unknown")
}

func (s *server) nextKeys(count int) []string {
	keys := make([]string, count)
	for index := range keys {
		keys[index] = s.keys[(s.position+index)%keyCount]
	}
	s.position = (s.position + count) % keyCount
	return keys
}

func (s *server) nextPairs(count int) []pair {
	pairs := make([]pair, count)
	for index, key := range s.nextKeys(count) {
		value := make([]byte, valueSize)
		for place := range value {
			value[place] = byte(37 * place)
		}
		binary.LittleEndian.PutUint64(value, s.number)
		s.number++
		pairs[index] = pair{key, value}
	}
	return pairs
}

// prepare makes a batch ready, and gives what runs count of its operations from first on.
func (s *server) prepare(operation string, count int) (func(first, count int) error, error) {
	if operation == "get" {
		keys := s.nextKeys(count)
		get := func(first, count int) error {
			size, err := s.peer.get(keys[first : first+count])
			if err == nil && size != count*valueSize {
				err = errors.New("a wrong result of get")
			}
			return err
		}
		return get, get(0, count)
	}
	pairs := s.nextPairs(count)
	write := s.peer.set
	if operation == "set_many" {
		write = s.peer.setMany
	}
	return func(first, count int) error { return write(pairs[first : first+count]) }, nil
}

func (s *server) batch(operation string, count int) (string, error) {
	run, err := s.prepare(operation, count)
	if err != nil {
		return "", err
	}
	start := time.Now()
	err = run(0, count)
	return strconv.FormatInt(time.Since(start).Nanoseconds(), 10), err
}

func (s *server) calls(operation string, count int) (string, error) {
	run, err := s.prepare(operation, count)
	if err != nil {
		return "", err
	}
	ns := make([]string, count)
	for index := range ns {
		start := time.Now()
		if err = run(index, 1); err != nil {
			return "", err
		}
		ns[index] = strconv.FormatInt(time.Since(start).Nanoseconds(), 10)
	}
	return strings.Join(ns, " "), nil
}

func (s *server) values() (string, error) {
	values := make([]string, keyCount)
	for index, key := range s.keys {
		value, err := s.peer.read(key)
		if err != nil {
			return "", err
		}
		values[index] = hex.EncodeToString(value)
	}
	return strings.Join(values, " "), nil
}

func serve(name string) error {
	kind, found := kinds[name]
	if !found {
		return errors.New("there is no such peer")
	}
	fmt.Printf("ready\t%s\t%s\t%s\t%s\n", runtime.Version(), kind.version, kind.full, kind.normal)
	server := newServer(kind)
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		answer, err := server.answer(lines.Text())
		if err != nil {
			return err
		}
		fmt.Println(answer)
	}
	return lines.Err()
}

func main() {
	if err := serve(strings.Join(os.Args[1:], " ")); err != nil {
		fmt.Println("failed:", err)
		os.Exit(1)
	}
}
