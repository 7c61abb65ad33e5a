// A relay as tutorials have it: net/http, a scanner over Ollama's lines, a flush for each token.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"os"
)

type message struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

type request struct {
	Model    string    `json:"model"`
	Messages []message `json:"messages"`
	Stream   bool      `json:"stream"`
}

type chunk struct {
	Message message `json:"message"`
	Done    bool    `json:"done"`
}

func main() {
	address, ollama := os.Args[1], os.Args[2]
	http.HandleFunc("/chat", func(w http.ResponseWriter, r *http.Request) { chat(w, r, ollama) })
	log.Fatal(http.ListenAndServe(address, nil))
}

func chat(w http.ResponseWriter, r *http.Request, ollama string) {
	query := r.URL.Query()
	body, _ := json.Marshal(request{query.Get("model"), []message{{"user", query.Get("question")}}, true})
	asked, err := http.NewRequestWithContext(r.Context(), "POST", ollama+"/api/chat", bytes.NewReader(body))
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	asked.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(asked)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer answer.Body.Close()
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-cache")
	flusher := w.(http.Flusher)
	lines := bufio.NewScanner(answer.Body)
	for lines.Scan() {
		var one chunk
		if err := json.Unmarshal(lines.Bytes(), &one); err != nil {
			return
		}
		if one.Message.Content != "" {
			if _, err := fmt.Fprintf(w, "data: %s\n\n", one.Message.Content); err != nil {
				return
			}
			flusher.Flush()
		}
		if one.Done {
			return
		}
	}
}
