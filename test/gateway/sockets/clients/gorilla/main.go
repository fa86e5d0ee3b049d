// A client that uses the library gorilla/websocket. It runs the commands of
// foreign-sockets.test.ts: one JSON object per line, on stdin and stdout.
package main

import (
	"encoding/json"
	"errors"
	"log"
	"net/http"
	"os"
	"time"

	"github.com/gorilla/websocket"
)

type command struct {
	Text      *string
	Fragments []string
	Latin1    *string
	Binary    *string
	Ping      bool
	Close     int
}

type event map[string]any

func main() {
	url, token := os.Args[1], os.Args[2]
	// gorilla/websocket sends a fragment whenever this buffer is full or flushed.
	dialer := websocket.Dialer{Subprotocols: []string{"parley.v1"}, EnableCompression: true, WriteBufferSize: 128}
	socket, response, err := dialer.Dial(url, http.Header{"Authorization": {"Bearer " + token}})
	if errors.Is(err, websocket.ErrBadHandshake) {
		emit(event{"refused": response.StatusCode})
		return
	}
	check(err)
	var extensions any
	if header := response.Header.Get("Sec-Websocket-Extensions"); header != "" {
		extensions = header
	}
	emit(event{"protocol": socket.Subprotocol(), "extensions": extensions})
	go runCommands(socket)
	read(socket)
}

func read(socket *websocket.Conn) {
	socket.SetPongHandler(func(string) error {
		emit(event{"pong": true})
		return nil
	})
	for {
		_, frame, err := socket.ReadMessage()
		if err == nil {
			emit(event{"frame": string(frame)})
			continue
		}
		code := websocket.CloseAbnormalClosure
		if closed := (*websocket.CloseError)(nil); errors.As(err, &closed) {
			code = closed.Code
		}
		emit(event{"closed": code})
		return
	}
}

func runCommands(socket *websocket.Conn) {
	commands := json.NewDecoder(os.Stdin)
	for {
		var next command
		if commands.Decode(&next) != nil {
			return
		}
		run(socket, next)
	}
}

// Ignores errors of writes: a read reports why the connection closed.
func run(socket *websocket.Conn, next command) {
	deadline := time.Now().Add(time.Minute)
	switch {
	case next.Text != nil:
		socket.WriteMessage(websocket.TextMessage, []byte(*next.Text))
	case next.Fragments != nil:
		writer, err := socket.NextWriter(websocket.TextMessage)
		check(err)
		for _, part := range next.Fragments {
			writer.Write([]byte(part))
		}
		writer.Close()
	case next.Latin1 != nil:
		socket.WriteMessage(websocket.TextMessage, latin1(*next.Latin1))
	case next.Binary != nil:
		socket.WriteMessage(websocket.BinaryMessage, []byte(*next.Binary))
	case next.Ping:
		socket.WriteControl(websocket.PingMessage, nil, deadline)
	case next.Close != 0:
		socket.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(next.Close, ""), deadline)
	}
}

func latin1(text string) []byte {
	var bytes []byte
	for _, character := range text {
		bytes = append(bytes, byte(character))
	}
	return bytes
}

func emit(line event) {
	check(json.NewEncoder(os.Stdout).Encode(line))
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
