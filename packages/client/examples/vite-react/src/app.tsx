import { type FormEvent, useState } from 'react';
import { parley, useMessages, useStatus } from './parley';

export function App() {
  const [chat, setChat] = useState<number>();
  return chat === undefined ? <SignIn onSignedIn={setChat} /> : <Chat chat={chat} />;
}

function SignIn({ onSignedIn }: { onSignedIn(chat: number): void }) {
  const [error, setError] = useState('');
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const { username, password, chat } = fields(event.currentTarget);
    try {
      await parley.signIn({ username, password });
      await parley.connect();
      await parley.loadOlder(Number(chat));
      onSignedIn(Number(chat));
    } catch (reason) {
      setError((reason as Error).message);
    }
  };
  return (
    <form onSubmit={submit}>
      <input name="username" placeholder="Username" aria-label="Username" required />
      <input name="password" placeholder="Password" aria-label="Password" type="password" required />
      <input name="chat" placeholder="User to message (id)" aria-label="User to message" required />
      <button type="submit">Sign in</button>
      <p role="alert">{error}</p>
    </form>
  );
}

function Chat({ chat }: { chat: number }) {
  const messages = useMessages(chat);
  const { state } = useStatus();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const { text } = fields(event.currentTarget);
    // A refused message is shown as failed.
    if (text?.trim()) parley.send(chat, text).catch(() => {});
    event.currentTarget.reset();
  };
  return (
    <main>
      <ol>
        {messages.map(({ key, mine, body, state }) => (
          <li key={key}>
            {mine ? 'me' : 'they'}: {body?.type === 'text' ? body.text : '…'} ({state})
          </li>
        ))}
      </ol>
      <form onSubmit={submit}>
        <input name="text" placeholder="Message" aria-label="Message" onInput={() => parley.typing(chat)} />
        <button type="submit">Send</button>
      </form>
      <p role="status">{state}</p>
    </main>
  );
}

function fields(form: HTMLFormElement): Record<string, string> {
  return Object.fromEntries(new FormData(form)) as Record<string, string>;
}
