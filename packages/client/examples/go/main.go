// Signs in, sends a message and prints the history of the chat.
//
//	go run . API GATEWAY USERNAME PASSWORD USER TEXT
package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"log"
	"net/http"
	"os"
	"strconv"

	"example.org/parley-send/parley"
)

//go:generate go tool oapi-codegen -config parley/generate.yaml openapi.json

func main() {
	if len(os.Args) != 7 {
		log.Fatal("usage: go run . API GATEWAY USERNAME PASSWORD USER TEXT")
	}
	api, gateway, username, password, text := os.Args[1], os.Args[2], os.Args[3], os.Args[4], os.Args[6]
	user, err := strconv.Atoi(os.Args[5])
	check(err)
	ctx := context.Background()

	accounts, err := parley.NewClientWithResponses(api)
	check(err)
	session, err := accounts.SignInWithResponse(ctx, parley.SignInJSONRequestBody{Username: username, Password: password})
	check(err)
	if session.JSON201 == nil {
		log.Fatalf("sign-in failed: %s", session.Body)
	}
	signedIn := parley.WithRequestEditorFn(func(_ context.Context, request *http.Request) error {
		request.Header.Set("Authorization", "Bearer "+session.JSON201.AccessToken)
		return nil
	})

	// Frames go to a gateway, everything else to the api. Sending the same ref again is safe.
	frames, err := parley.NewClientWithResponses(gateway, signedIn)
	check(err)
	var body parley.Body
	check(body.FromTextBody(parley.TextBody{Text: text}))
	var frame parley.ClientFrame
	check(frame.FromSendFrame(parley.SendFrame{Ref: rand.Text(), To: user, Body: body}))
	reply, err := frames.PostFrameWithResponse(ctx, frame)
	check(err)
	fmt.Printf("%s\n", reply.Body)

	chats, err := parley.NewClientWithResponses(api, signedIn)
	check(err)
	history, err := chats.ListMessagesWithResponse(ctx, user, &parley.ListMessagesParams{})
	check(err)
	if history.JSON200 == nil {
		log.Fatalf("reading the history failed: %s", history.Body)
	}
	for _, message := range history.JSON200.Items {
		// Null where the message was recalled.
		if message.Body == nil {
			continue
		}
		if kind, err := message.Body.Discriminator(); err != nil || kind != "text" {
			continue
		}
		text, err := message.Body.AsReceivedTextBody()
		check(err)
		fmt.Println(message.From, text.Text)
	}
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
