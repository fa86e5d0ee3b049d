import { useChats, useComposer, useConnection, useMessages, useParley, usePresence, useTyping } from '@parley/react';
import { useState } from 'react';

export function App() {
  const { state } = useConnection();
  const { chats } = useChats();
  const [chat, setChat] = useState<number>();
  if (state === 'off') return <SignIn />;
  const open = chats.map(({ chat, name, unread }) => (
    <button type="button" key={chat} onClick={() => setChat(chat)}>
      {name} {unread || ''}
    </button>
  ));
  return (
    <main>
      <nav>{open}</nav>
      {chat !== undefined && <Chat chat={chat} />}
    </main>
  );
}

function SignIn() {
  const parley = useParley();
  const [error, setError] = useState('');
  const signIn = (form: FormData) => {
    const account = { username: String(form.get('username')), password: String(form.get('password')) };
    const signedIn = parley.signIn(account).then(() => parley.connect());
    signedIn.catch((reason) => setError(reason.message));
  };
  return (
    <form action={signIn}>
      <input name="username" aria-label="Username" required />
      <input name="password" aria-label="Password" type="password" required />
      <button type="submit">Sign in</button>
      <p role="alert">{error}</p>
    </form>
  );
}

function Chat({ chat }: { chat: number }) {
  const { messages, hasOlder, loadOlder } = useMessages(chat);
  const { text, setText, send } = useComposer(chat);
  const typing = useTyping(chat);
  const online = usePresence([chat]).get(chat)?.online;
  const lines = messages.map(({ key, mine, sender, body, state, retry }) => (
    <li key={key}>
      {mine ? 'me' : sender?.name}: {body?.type === 'text' ? body.text : '…'} ({state})
      {retry && (
        <button type="button" onClick={retry}>
          Send again
        </button>
      )}
    </li>
  ));
  return (
    <section>
      {hasOlder && (
        <button type="button" onClick={() => loadOlder()}>
          Older messages
        </button>
      )}
      <ol>{lines}</ol>
      <p role="status">{typing.length > 0 ? 'typing' : online ? 'online' : 'offline'}</p>
      <form action={() => void send()}>
        <input value={text} onChange={(event) => setText(event.target.value)} aria-label="Message" />
        <button type="submit">Send</button>
      </form>
    </section>
  );
}
