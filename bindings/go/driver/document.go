package main

import (
	"bytes"
	"encoding/json"
)

// A document is any JSON as data, where objects keep the order of their members, as structs do and maps do not.
type document struct {
	data any
}

type object []member

type member struct {
	name  string
	value any
}

// UnmarshalJSON is called by encoding/json.
func (d *document) UnmarshalJSON(text []byte) (err error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	d.data, err = decode(decoder)
	return err
}

// MarshalJSON is called by encoding/json.
func (d document) MarshalJSON() ([]byte, error) {
	return encode(d.data)
}

// MarshalJSON is called by encoding/json.
func (o object) MarshalJSON() ([]byte, error) {
	text := []byte("{")
	for index, member := range o {
		if index > 0 {
			text = append(text, ',')
		}
		for _, part := range []any{member.name, member.value} {
			encoded, err := encode(part)
			if err != nil {
				return nil, err
			}
			text = append(append(text, bytes.TrimSpace(encoded)...), ':')
		}
		text = text[:len(text)-1]
	}
	return append(text, '}'), nil
}

func encode(value any) ([]byte, error) {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	return buffer.Bytes(), err
}

func decode(decoder *json.Decoder) (any, error) {
	token, err := decoder.Token()
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('['):
		list := []any{}
		for decoder.More() {
			item, err := decode(decoder)
			if err != nil {
				return nil, err
			}
			list = append(list, item)
		}
		_, err = decoder.Token()
		return list, err
	case json.Delim('{'):
		members := object{}
		for decoder.More() {
			name, err := decoder.Token()
			if err != nil {
				return nil, err
			}
			value, err := decode(decoder)
			if err != nil {
				return nil, err
			}
			members = append(members, member{name.(string), value})
		}
		_, err = decoder.Token()
		return members, err
	}
	return token, nil
}
