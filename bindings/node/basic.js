// Opens the default store of the current directory, writes a value and reads it back.
const spinkv = require("spinkv");

try {
  const store = spinkv.openDefault();
  store.set("mykey", "myvalue");
  console.log(store.getString("mykey"));
  store.close();
} catch (error) {
  console.error(`${error.code}: ${error.message}`);
  process.exitCode = 1;
}
