package main

import (
	"encoding/hex"
	"fmt"
	"iter"
	"strconv"
	"strings"

	spinkv "spinkv.example/bindings/go"
)

// A request is the words of a line that have not been taken yet. What is not understood is a panic, which the line is
// answered with.
type request struct {
	words []string
}

func (r *request) hasMore() bool {
	return len(r.words) > 0
}

func (r *request) word() string {
	word := r.words[0]
	r.words = r.words[1:]
	return word
}

func (r *request) optionalWord() *string {
	if word := r.word(); word != "-" {
		return &word
	}
	return nil
}

func (r *request) text() string {
	return fromHex(r.word())
}

func (r *request) optionalText() *string {
	word := r.optionalWord()
	if word == nil {
		return nil
	}
	text := fromHex(*word)
	return &text
}

func (r *request) number() int64 {
	return toNumber(r.word())
}

func (r *request) optionalNumber(missing int64) int64 {
	word := r.optionalWord()
	if word == nil {
		return missing
	}
	return toNumber(*word)
}

func (r *request) texts() []string {
	var texts []string
	for r.hasMore() {
		texts = append(texts, r.text())
	}
	return texts
}

// tuples iterates over the pairs to the end of the line; duplicates stay.
func (r *request) tuples() iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		for r.hasMore() {
			key := r.text()
			if !yield(key, []byte(r.text())) {
				return
			}
		}
	}
}

func (r *request) storeWithOptions() (string, []spinkv.Option) {
	label := r.text()
	var options []spinkv.Option
	for left := r.number(); left > 0; left-- {
		name := r.text()
		word := r.word()
		var value any
		switch {
		case strings.HasPrefix(word, "x"):
			value = fromHex(word)
		case word == "true" || word == "false":
			value = word == "true"
		default:
			value = toNumber(word)
		}
		options = append(options, spinkv.With(name, value))
	}
	return label, options
}

func toNumber(word string) int64 {
	number, err := strconv.ParseInt(word, 10, 64)
	if err != nil {
		panic(err)
	}
	return number
}

func fromHex(word string) string {
	digits, isBytes := strings.CutPrefix(word, "x")
	if !isBytes {
		panic(fmt.Sprintf("not bytes: %.40q", word))
	}
	text, err := hex.DecodeString(digits)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func toHex[Bytes ~string | ~[]byte](data Bytes) string {
	return "x" + hex.EncodeToString([]byte(data))
}

func optionalHex(data []byte) string {
	if data == nil {
		return "-"
	}
	return toHex(data)
}

func allHex(texts []string) []string {
	words := make([]string, len(texts))
	for index, text := range texts {
		words[index] = toHex(text)
	}
	return words
}
