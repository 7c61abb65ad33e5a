// The same relay over a WebSocket: gorilla/websocket, a text message for each token, and no pause between them.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"log"
	"net/http"
	"os"

	"github.com/gorilla/websocket"
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

var upgrader = websocket.Upgrader{}

func main() {
	address, ollama, model := os.Args[1], os.Args[2], os.Args[3]
	http.HandleFunc("/ws", func(w http.ResponseWriter, r *http.Request) {
		socket, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer socket.Close()
		for {
			_, question, err := socket.ReadMessage()
			if err != nil || relay(socket, ollama, model, string(question)) != nil {
				return
			}
		}
	})
	log.Fatal(http.ListenAndServe(address, nil))
}

func relay(socket *websocket.Conn, ollama, model, question string) error {
	body, _ := json.Marshal(request{model, []message{{"user", question}}, true})
	answer, err := http.Post(ollama+"/api/chat", "application/json", bytes.NewReader(body))
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	lines := bufio.NewScanner(answer.Body)
	for lines.Scan() {
		var one chunk
		if err := json.Unmarshal(lines.Bytes(), &one); err != nil {
			return err
		}
		if one.Message.Content != "" {
			if err := socket.WriteMessage(websocket.TextMessage, []byte(one.Message.Content)); err != nil {
				return err
			}
		}
		if one.Done {
			return nil
		}
	}
	return lines.Err()
}
