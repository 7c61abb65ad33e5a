package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// crowd is all the readers. A token is "~" and ten digits, the microsecond at which it was written, so that it is found
// in any framing, also where several come as one.
type crowd struct {
	readers   int
	tokens    atomic.Int64
	measuring atomic.Bool
	late      histogram
}

// ask begins one reply, follows it to its end, and calls begun when the first token has come. Replies that are asked
// for by a request of their own are all asked for before the first is followed: sockets hear of each new one.
func (c *crowd) ask(kind, address string, asked *sync.WaitGroup, begun func()) error {
	request, err := question(kind, address)
	asked.Done()
	if err != nil {
		return err
	}
	if kind == "v1" {
		asked.Wait()
	}
	for i := 1; i < c.readers; i++ {
		go c.follow(request, address, nil)
	}
	return c.follow(request, address, begun)
}

func (c *crowd) follow(request []byte, address string, begun func()) error {
	connection, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer connection.Close()
	if err := open(connection, request); err != nil {
		return err
	}
	var stamp int64
	var digits int
	data := make([]byte, 8192)
	for {
		size, err := connection.Read(data)
		if err != nil {
			return nil
		}
		at := now()
		for _, one := range data[:size] {
			if one == '~' {
				stamp, digits = 0, 10
			} else if one < '0' || one > '9' {
				digits = 0 // a tilde that is no token's, such as the length of a frame
			} else if digits > 0 {
				stamp = stamp*10 + int64(one-'0')
				if digits--; digits == 0 {
					if begun != nil {
						begun()
						begun = nil
					}
					c.tokens.Add(1)
					if c.measuring.Load() {
						c.late.add(at - stamp)
					}
				}
			}
		}
	}
}

// question is what asks for one reply; for a socket, what is said once it is open, behind a zero byte.
func question(kind, address string) ([]byte, error) {
	switch kind {
	case "sse":
		return get(address, "/chat?question=hi&model="+model), nil
	case "lines":
		body := `{"model":"` + model + `","messages":[{"role":"user","content":"hi"}]}`
		return []byte(fmt.Sprintf("POST /api/chat HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\n"+
			"Content-Length: %d\r\n\r\n%s", address, len(body), body)), nil
	case "ws":
		return append(upgrade(address, ""), frame("hi")...), nil
	case "events":
		generation, err := askConversation(address)
		return get(address, "/api/generations/"+generation+"/events"), err
	case "v1":
		generation, err := askConversation(address)
		said := fmt.Sprintf(`{"type":"follow","generation":"%s"}`, generation)
		return append(upgrade(address, "Sec-WebSocket-Protocol: hearth.v1\r\n"), frame(said)...), err
	}
	return nil, fmt.Errorf("no such kind")
}

// open sends a request; what follows a zero byte only once the answer's head has come.
func open(connection net.Conn, request []byte) error {
	first, rest, two := bytes.Cut(request, []byte{0})
	if _, err := connection.Write(first); err != nil || !two {
		return err
	}
	one := make([]byte, 1)
	for seen := ""; !strings.HasSuffix(seen, "\r\n\r\n"); seen += string(one) {
		if _, err := io.ReadFull(connection, one); err != nil {
			return err
		}
	}
	_, err := connection.Write(rest)
	return err
}

func get(address, path string) []byte {
	return []byte("GET " + path + " HTTP/1.1\r\nHost: " + address + "\r\n\r\n")
}

func upgrade(address, more string) []byte {
	return []byte("GET /ws HTTP/1.1\r\nHost: " + address + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" + more + "\r\n\x00")
}

func frame(text string) []byte {
	return append([]byte{0x81, byte(len(text)) | 0x80, 0, 0, 0, 0}, text...) // below 126 bytes, masked with nothing
}

func newConversation(address string) (string, error) {
	var answer struct{ ID string }
	return answer.ID, post(address, "/api/conversations", `{"model":"`+model+`"}`, &answer)
}

func askConversation(address string) (string, error) {
	var answer struct{ Reply struct{ Generation string } }
	conversation, err := newConversation(address)
	if err == nil {
		err = post(address, "/api/conversations/"+conversation+"/messages", `{"content":"hi"}`, &answer)
	}
	return answer.Reply.Generation, err
}

func post(address, path, body string, answer any) error {
	response, err := http.Post("http://"+address+path, "application/json", strings.NewReader(body))
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode > 299 {
		return fmt.Errorf("%s %s", path, response.Status)
	}
	return json.NewDecoder(response.Body).Decode(answer)
}

// firstTokens is the median of the milliseconds from a question to its first token, one question at a time.
func firstTokens(kind, address string, times int) float64 {
	var took []float64
	for i := 0; i < times; i++ {
		request, err := question(kind, address)
		if err != nil {
			continue
		}
		connection, err := net.Dial("tcp", address)
		if err != nil {
			continue
		}
		from := time.Now()
		if open(connection, request) == nil {
			if _, err := bufio.NewReader(connection).ReadBytes('~'); err == nil {
				took = append(took, float64(time.Since(from).Microseconds())/1000)
			}
		}
		connection.Close()
		time.Sleep(5 * time.Millisecond)
	}
	sort.Float64s(took)
	if len(took) == 0 {
		return -1
	}
	return took[len(took)/2]
}

// histogram counts microseconds, up to a second.
type histogram [1_000_000]atomic.Int32

func (h *histogram) add(microseconds int64) {
	h[min(max(microseconds, 0), int64(len(h)-1))].Add(1)
}

// quantile is in milliseconds.
func (h *histogram) quantile(share float64) float64 {
	var total, seen int64
	for i := range h {
		total += int64(h[i].Load())
	}
	for i := range h {
		if seen += int64(h[i].Load()); float64(seen) >= share*float64(total) && total > 0 {
			return float64(i) / 1000
		}
	}
	return 0
}
