package station

import "fmt"

// Station measures wind.
type Station struct {
	Name string
}

func (s *Station) Read() string {
	return fmt.Sprint(s.Name)
}

func Open(name string) *Station {
	return &Station{Name: name}
}
