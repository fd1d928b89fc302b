package spinkv_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const (
	module   = "spinkv.example"
	program  = `package main; import ("fmt"; spinkv "` + module + `/bindings/go"); func main() { fmt.Println(spinkv.Version()) }`
	unsigned = "GOSUMDB=off"
)

func root(t *testing.T) string {
	t.Helper()
	path, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// run runs a command that must succeed, and gives what it prints.
func run(t *testing.T, folder string, environment []string, command ...string) string {
	t.Helper()
	process := exec.Command(command[0], command[1:]...)
	process.Dir = folder
	process.Env = append(os.Environ(), environment...)
	var stderr bytes.Buffer
	process.Stderr = &stderr
	output, err := process.Output()
	if err != nil {
		t.Fatalf("%v: %v\n%s", command, err, stderr.String())
	}
	return string(output)
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

// nested says whether a file is of a module inside of the module, which is served by itself.
func nested(t *testing.T, name string) bool {
	t.Helper()
	for folder := filepath.Dir(name); folder != "."; folder = filepath.Dir(folder) {
		if _, err := os.Stat(filepath.Join(root(t), folder, "go.mod")); err == nil {
			return true
		}
	}
	return false
}

// zipped packs the files that git knows, as a module server does, and gives the module's version, which says what is in it.
func zipped(t *testing.T) (version string, packed []byte) {
	t.Helper()
	names := run(t, root(t), nil, "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	contents := map[string][]byte{}
	digest := sha256.New()
	for _, name := range strings.Split(strings.TrimSuffix(names, "\x00"), "\x00") {
		if nested(t, name) {
			continue
		}
		if content, err := os.ReadFile(filepath.Join(root(t), name)); err == nil {
			contents[name] = content
			_, _ = io.WriteString(digest, name)
			digest.Write(content)
		}
	}
	version = "v0.0.0-20260101000000-" + hex.EncodeToString(digest.Sum(nil))[:12]
	var buffer bytes.Buffer
	archive := zip.NewWriter(&buffer)
	for name, content := range contents {
		file, err := archive.Create(module + "@" + version + "/" + name)
		if err == nil {
			_, err = file.Write(content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	return version, buffer.Bytes()
}

// A program elsewhere needs "go get" and no more: no clone, no installed library, no SWIG.
func TestGoGet(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long, as it compiles the C library")
	}
	if _, err := os.Stat(filepath.Join(root(t), ".git")); err != nil {
		t.Skip("this is no clone, so which files are of the module is not known")
	}
	version, packed := zipped(t)
	folder := t.TempDir()
	served := filepath.Join(folder, "proxy", module, "@v", version)
	write(t, served+".zip", string(packed))
	write(t, served+".info", `{"Version":"`+version+`","Time":"2026-01-01T00:00:00Z"}`)
	write(t, served+".mod", run(t, root(t), nil, "cat", "go.mod"))
	write(t, filepath.Join(folder, "program", "main.go"), program)
	environment := []string{
		"GOPROXY=file://" + filepath.Join(folder, "proxy"), "GOMODCACHE=" + filepath.Join(folder, "modules"), unsigned,
		"GOFLAGS=-modcacherw -trimpath", "PKG_CONFIG=false", "GOWORK=off",
		"CGO_CFLAGS=-O0", "CGO_CXXFLAGS=-O0",
	}
	here := filepath.Join(folder, "program")
	run(t, here, environment, "go", "mod", "init", "program")
	run(t, here, environment, "go", "get", module+"/bindings/go@"+version)
	if said := run(t, here, environment, "go", "run", "."); !strings.HasPrefix(said, "0.") {
		t.Errorf("the program says %q", said)
	}
}

// A program that uses a clone needs the command of the README, and no server.
func TestClone(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	command := regexp.MustCompile("`(go mod edit [^`]*)`").FindSubmatch(readme)
	if command == nil {
		t.Fatal("the README does not say how to use a clone")
	}
	folder := t.TempDir()
	environment := []string{"GOPROXY=off", "GOFLAGS=-mod=readonly", "GOWORK=off", unsigned}
	write(t, filepath.Join(folder, "main.go"), program)
	run(t, folder, environment, "go", "mod", "init", "program")
	edit := strings.Fields(strings.ReplaceAll(string(command[1]), "/path/to/clone", root(t)))
	run(t, folder, environment, edit...)
	packages := run(t, folder, environment, "go", "list", "-deps", ".")
	if !strings.Contains(packages, module+"/bindings/go\n") {
		t.Error(packages)
	}
}

// Where there is no C compiler, go leaves out every file that needs one, and what is missing then says nothing.
func TestWithoutCgo(t *testing.T) {
	for _, folder := range []string{".", "./kv"} {
		process := exec.Command("go", "build", folder)
		process.Env = append(os.Environ(), "CGO_ENABLED=0")
		said, err := process.CombinedOutput()
		if err == nil || !strings.Contains(string(said), "spinkv_needs_cgo__install_a_C_compiler") {
			t.Errorf("%s: %v\n%s", folder, err, said)
		}
	}
}

// A library that is installed is found by pkg-config.
func TestInstalled(t *testing.T) {
	build := os.Getenv("SPINKV_BUILD")
	if build == "" || testing.Short() {
		t.Skip("it takes long, or SPINKV_BUILD does not name a folder in which CMake has built the C library")
	}
	staged := t.TempDir()
	run(t, build, []string{"DESTDIR=" + staged}, "cmake", "--install", build)
	described := strings.TrimSpace(run(t, staged, nil, "find", staged, "-name", "spinkv.pc"))
	libraries := filepath.Dir(filepath.Dir(described))
	environment := []string{
		"PKG_CONFIG_PATH=" + filepath.Dir(described), "PKG_CONFIG_SYSROOT_DIR=" + staged,
		"LD_LIBRARY_PATH=" + libraries, "GOFLAGS=-tags=spinkv_installed",
		// What pkg-config says is not among the things that Go's cache of builds looks at.
		"CGO_CFLAGS=-I" + staged,
	}
	main := filepath.Join(staged, "program", "main.go")
	write(t, main, program)
	if said := run(t, ".", environment, "go", "run", main); !strings.HasPrefix(said, "0.") {
		t.Errorf("the program says %q", said)
	}
	dependencies := run(t, ".", environment, "go", "list", "-deps", ".")
	if strings.Contains(dependencies, module+"/core") {
		t.Error("the sources are compiled too")
	}
}
