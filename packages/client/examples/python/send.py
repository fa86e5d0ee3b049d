"""Signs in, sends a message and prints the history of the chat.

python send.py API GATEWAY USERNAME PASSWORD USER TEXT
"""

import sys
import uuid

from parley import AuthenticatedClient, Client
from parley.api.accounts import sign_in
from parley.api.chats import list_messages
from parley.api.gateway import post_frame
from parley.models import ReceivedTextBody, SendFrame, SendFrameType, SignInBody, TextBody, TextBodyType

api, gateway, username, password, user, text = sys.argv[1:]

session = sign_in.sync(client=Client(api), body=SignInBody(username, password))
token = session.access_token

# Frames go to a gateway, everything else to the api. Sending the same `ref` again is safe.
frame = SendFrame(
    type_=SendFrameType.SEND,
    ref=str(uuid.uuid4()),
    to=int(user),
    body=TextBody(type_=TextBodyType.TEXT, text=text),
)
reply = post_frame.sync(client=AuthenticatedClient(gateway, token), body=frame)
print(reply.to_dict())

for message in list_messages.sync(int(user), client=AuthenticatedClient(api, token)).items:
    print(message.from_, message.body.text if isinstance(message.body, ReceivedTextBody) else message.body)
