//! Opens the default store of the current directory, writes a value and reads it back.

fn main() -> Result<(), spinkv::Error> {
    let store = spinkv::open_default()?;
    store.set("mykey", "myvalue")?;
    println!("{}", String::from_utf8_lossy(&store.get("mykey")?));
    Ok(())
}
