package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

const (
	model = "llama3.2:3b"
	line  = `{"model":"llama3.2:3b","created_at":"2026-11-22T13:44:53.940000000Z",` +
		`"message":{"role":"assistant","content":"~%010d"},"done":false}` + "\n"
	last = `{"model":"llama3.2:3b","created_at":"2026-11-22T13:44:53.940000000Z",` +
		`"message":{"role":"assistant","content":""},"done":true,"done_reason":"stop"}` + "\n"
	head = "HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n"
)

var began = time.Now()

// now is microseconds since this process began; each token carries it as its text.
func now() int64 { return time.Since(began).Microseconds() }

// ollama writes as many replies as there are slots, each token at its own moment, evenly spread.
type ollama struct {
	rate  float64
	short int // tokens of a reply that comes at once, where it is not 0
	mutex sync.Mutex
	slots []net.Conn
	free  []int
	sent  atomic.Int64
	stop  atomic.Bool
	done  chan struct{}
}

func listen(address string, streams int, rate float64, short int) (*ollama, error) {
	o := &ollama{rate: rate, short: short, slots: make([]net.Conn, streams), done: make(chan struct{})}
	for i := range o.slots {
		o.free = append(o.free, i)
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	go http.Serve(listener, http.HandlerFunc(o.answer))
	go o.pace()
	return o, nil
}

func (o *ollama) answer(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	switch r.URL.Path {
	case "/api/version":
		io.WriteString(w, `{"version":"0.33.0"}`)
	case "/api/tags":
		io.WriteString(w, `{"models":[{"name":"`+model+`","size":1,"capabilities":["completion"]}]}`)
	case "/api/ps":
		io.WriteString(w, `{"models":[{"name":"`+model+`","context_length":4096}]}`)
	case "/api/show":
		io.WriteString(w, `{"capabilities":["completion"],"model_info":{}}`)
	case "/api/chat":
		var asked struct{ Stream *bool }
		if json.Unmarshal(body, &asked); asked.Stream != nil && !*asked.Stream {
			io.WriteString(w, `{"message":{"role":"assistant","content":"A title"},"done":true}`)
		} else {
			o.chat(w)
		}
	default:
		http.NotFound(w, r)
	}
}

func (o *ollama) chat(w http.ResponseWriter) {
	connection, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	io.WriteString(connection, head)
	if o.short > 0 {
		for i := 0; i < o.short; i++ {
			o.write(connection)
		}
		end(connection)
		return
	}
	o.write(connection)
	o.mutex.Lock()
	defer o.mutex.Unlock()
	if len(o.free) == 0 {
		connection.Close()
		return
	}
	o.slots[o.free[0]] = connection
	o.free = o.free[1:]
}

func (o *ollama) write(connection net.Conn) {
	data := make([]byte, 0, 256)
	size := len(line) - len("%010d") + 10
	data = strconv.AppendInt(data, int64(size), 16)
	data = append(data, "\r\n"...)
	data = fmt.Appendf(data, line, now())
	data = append(data, "\r\n"...)
	o.sent.Add(1)
	connection.Write(data)
}

func end(connection net.Conn) {
	fmt.Fprintf(connection, "%x\r\n%s\r\n0\r\n\r\n", len(last), last)
	connection.Close()
}

func (o *ollama) pace() {
	gap := time.Duration(float64(time.Second) / o.rate / float64(len(o.slots)))
	due := time.Now()
	for n := 0; !o.stop.Load(); n++ {
		due = due.Add(gap)
		if wait := time.Until(due); wait > 0 {
			time.Sleep(wait)
		}
		o.mutex.Lock()
		connection := o.slots[n%len(o.slots)]
		o.mutex.Unlock()
		if connection != nil {
			o.write(connection)
		}
	}
	for _, connection := range o.slots {
		if connection != nil {
			end(connection)
		}
	}
	close(o.done)
}
