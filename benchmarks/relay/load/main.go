// load plays both ends of a relay: the Ollama that writes, and the browsers that read.
//
// It prints "ready" once its Ollama listens, takes the relay's process ids and its address from a line on standard
// input, and prints what it measured as one line of JSON. CPU and memory are the relay's, from /proc.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"os"
	"strings"
	"sync"
	"time"
)

type result struct {
	Streams   int     `json:"streams"`
	Tokens    int64   `json:"tokens"`     // received within the window
	CPU       float64 `json:"cpu"`        // microseconds a token
	Busy      float64 `json:"busy"`       // share of one core
	Median    float64 `json:"median"`     // milliseconds from Ollama's write to the reader's read
	P99       float64 `json:"p99"`        // of the same
	Memory    float64 `json:"memory"`     // KiB a stream
	Lost      int64   `json:"lost"`       // tokens that were written and never read
	FirstByte float64 `json:"first_byte"` // milliseconds from the question to the first token, the median
}

func main() {
	log.SetFlags(0)
	listening := flag.String("ollama", "127.0.0.1:11500", "where its Ollama listens")
	kind := flag.String("kind", "sse", "sse, ws, events, v1 or lines")
	streams := flag.Int("streams", 50, "replies at once")
	readers := flag.Int("readers", 1, "readers of each reply")
	rate := flag.Float64("rate", 50, "tokens a second in each")
	warm := flag.Float64("warm", 1, "seconds before the window")
	seconds := flag.Float64("seconds", 4, "of the window")
	first := flag.Int("first", 0, "only measure the time to the first token, so many times")
	flag.Parse()

	short := 0
	if *first > 0 {
		short = 2
	}
	o, err := listen(*listening, *streams, *rate, short)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("ready")
	input := bufio.NewScanner(os.Stdin)
	input.Scan()
	where := strings.Fields(input.Text())
	pids, address := strings.Split(where[0], ","), where[1]

	if *first > 0 {
		print(result{FirstByte: firstTokens(*kind, address, *first)})
		return
	}
	before := memory(pids)
	all := begin(*kind, address, *streams, *readers)
	time.Sleep(time.Duration(*warm * float64(time.Second)))
	print(measure(o, all, pids, *seconds, before))
}

func measure(o *ollama, all *crowd, pids []string, seconds float64, before int64) result {
	all.measuring.Store(true)
	tokens, busy, from := all.tokens.Load(), cpu(pids), time.Now()
	time.Sleep(time.Duration(seconds * float64(time.Second)))
	tokens, busy = all.tokens.Load()-tokens, cpu(pids)-busy
	took := time.Since(from)
	all.measuring.Store(false)
	after := memory(pids)
	o.stop.Store(true)
	<-o.done
	sent := o.sent.Load() * int64(all.readers)
	for until := time.Now().Add(5 * time.Second); all.tokens.Load() < sent && time.Now().Before(until); {
		time.Sleep(20 * time.Millisecond)
	}
	return result{
		Streams: len(o.slots),
		Tokens:  tokens,
		CPU:     float64(busy) / 1000 / float64(max(tokens, 1)),
		Busy:    float64(busy) / float64(took.Nanoseconds()),
		Median:  all.late.quantile(0.5),
		P99:     all.late.quantile(0.99),
		Memory:  float64(after-before) / float64(len(o.slots)),
		Lost:    sent - all.tokens.Load(),
	}
}

func begin(kind, address string, streams, readers int) *crowd {
	all := &crowd{readers: readers}
	places := make(chan struct{}, 16) // so many begin at once
	if kind == "v1" {
		places = make(chan struct{}, streams)
	}
	var asked, begun sync.WaitGroup
	asked.Add(streams)
	for i := 0; i < streams; i++ {
		begun.Add(1)
		places <- struct{}{}
		go func() {
			if err := all.ask(kind, address, &asked, func() { <-places; begun.Done() }); err != nil {
				log.Fatal(kind, ": ", err)
			}
		}()
	}
	begun.Wait()
	return all
}

func print(r result) {
	data, _ := json.Marshal(r)
	fmt.Println(string(data))
}
