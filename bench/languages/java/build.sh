#!/bin/sh
# Builds the jar, the program and its floor in C, and lets Maven fetch the peers; without Maven they are missing, not
# the jar.
set -eu

for command in java javac; do
    command -v $command >/dev/null || { echo "there is no $command command" >&2; exit 3; }
done
"$PYTHON" "$SOURCE/bench/language_program.py" java
here=$SOURCE/bench/languages/java
if ! cmp -s "$here/pom.xml" fetched.xml; then
    rm -rf jars
    if mvn -q -B -f "$here/pom.xml" dependency:copy-dependencies "-DoutputDirectory=$PWD/jars" >fetch.log 2>&1; then
        cp "$here/pom.xml" fetched.xml
    fi
fi
headers=$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")/include
gcc -O2 -shared -fPIC -I"$headers" -I"$headers/linux" -o libfloor.so "$here/floor.c"

spinkv=$CMAKE_BUILD/bindings/java/spinkv.jar
rm -rf classes
set -- "$here/Program.java" "$here/Peer.java" "$here/SpinkvPeer.java" "$here/SqliteJdbcPeer.java" "$here/FloorPeer.java"
if [ -e fetched.xml ]; then
    set -- "$@" "$here/MapdbPeer.java"
fi
javac --release 17 -encoding UTF-8 -cp "$spinkv:jars/*" -d classes "$@"
cat >program <<END
#!/bin/sh
exec java -Djava.library.path=$PWD -cp "$PWD/classes:$spinkv:$PWD/jars/*" Program "\$@"
END
chmod +x program
