module spinkv.example

go 1.24
