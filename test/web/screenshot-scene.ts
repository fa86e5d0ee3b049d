import type { Media } from '@parley/protocol';
import type { Person, WebKit } from './kit.ts';

/** Creates the users and chats that the screenshots show. */
export async function playScene(kit: WebKit): Promise<Scene> {
  const [me, lin, tom, mia, wei] = await kit.friends('Sophie Martin', '林小雨', 'Tom Becker', 'Mia Rossi', '陈伟');
  const [stranger, hebrew, newcomer] = [
    await kit.person('Noah Svensson'),
    await kit.person('נועה לוי'),
    await kit.person('Ben Okafor'),
  ];
  await kit.befriend(me, hebrew);
  const ask = (path: string, method: string, body: object) =>
    kit.call<{ id: number }>(method, path, { token: me.token, body });
  await kit.call('POST', '/friend-requests', {
    token: stranger.token,
    body: { to: me.id, message: 'We met at the climbing gym!' },
  });
  const { id: heading } = await ask('/friend-groups', 'POST', { name: 'Work' });
  for (const { id } of [tom, wei]) await ask(`/friends/${id}`, 'PATCH', { friendGroup: heading });
  await kit.call('PATCH', '/me', { token: lin.token, body: { sign: '慢慢来，比较快。' } });
  await kit.call('PATCH', '/me', { token: tom.token, body: { sign: 'Coffee first' } });
  const group = await ask('/groups', 'POST', {
    ...{ name: 'Weekend hike 周末徒步', description: 'Every second Saturday, whatever the weather' },
    members: [lin.id, tom.id, wei.id],
  });
  const picture = await drawPicture(kit);
  await kit.say(mia, me, 'See you on Thursday then');
  await kit.say(wei, me, '文件已经发到你邮箱了');
  await kit.say(tom, me, 'The demo went really well today');
  const reply = await kit.say(me, tom, 'Great! I will write it up tonight.');
  await kit.post(me, { type: 'mark', chat: tom.id, read: reply });
  await kit.say(hebrew, me, 'שלום! נתראה בתחנה בשבע?');
  await kit.say(me, hebrew, 'כן, אני אביא את הכרטיסים.');
  await kit.say(hebrew, me, 'Perfect, platform 3 😊');
  const bus = await kit.say(tom, { id: group.id }, 'Bus at 7:40, platform 3');
  const food = await kit.say(lin, { id: group.id }, '我带水果和三明治');
  const tea = await kit.say(me, { id: group.id }, 'Then I bring the tea 🍵');
  const last = await kit.say(wei, { id: group.id }, '天气预报说是晴天 ☀️');
  for (const id of [food, bus]) await kit.post(me, { type: 'pin', ref: `${id}`, chat: group.id, id, active: true });
  await kit.post(lin, { type: 'react', ref: 'react', chat: group.id, id: tea, emoji: '👍', active: true });
  for (const person of [lin, wei]) await kit.post(person, { type: 'mark', chat: group.id, read: last });
  await kit.post(tom, { type: 'mark', chat: group.id, delivered: last });
  for (const [from, text] of [
    [lin, '周末的路线我看过了，从北门上山最好走。'],
    [me, 'Sounds good! How long is it, about four hours?'],
    [lin, '差不多，中午在湖边休息一下。'],
  ] as const)
    await kit.say(from, from === me ? lin : me, text);
  const { id: media, ...about } = await upload(kit, lin, picture);
  await kit.post(lin, { type: 'send', ref: 'map', to: me.id, body: { type: 'image', media, ...about } });
  for (const [from, text] of [
    [lin, 'I can send you the route: https://maps.example.org/route/42'],
    [me, 'Yes please 🙏'],
    [me, '**Packing list**\n- water\n- rain jacket\n- `GPX` file'],
    [lin, '太好了，周六见！'],
  ] as const)
    await kit.say(from, from === me ? lin : me, text);
  return { picture, me, friend: lin, hebrew, newcomer, group: group.id };
}

/** Draws a picture of a landscape. Returns a PNG file. */
async function drawPicture({ browser }: WebKit): Promise<Buffer> {
  const page = await browser.newPage();
  const bytes = await page.evaluate(async () => {
    const canvas = new OffscreenCanvas(640, 400);
    const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D;
    const sky = context.createLinearGradient(0, 0, 0, 260);
    sky.addColorStop(0, '#6fb1e4');
    sky.addColorStop(1, '#f4e3c4');
    context.fillStyle = sky;
    context.fillRect(0, 0, 640, 400);
    for (const [color, ...points] of [
      ['#5d7f92', 0, 240, 150, 110, 290, 230, 430, 90, 640, 250],
      ['#3a7d5c', 0, 280, 220, 200, 420, 270, 640, 210],
      ['#2b5d73', 0, 330, 640, 330],
    ] as const) {
      context.fillStyle = color;
      context.beginPath();
      context.moveTo(0, 400);
      for (let i = 0; i < points.length; i += 2) context.lineTo(points[i] as number, points[i + 1] as number);
      context.lineTo(640, 400);
      context.fill();
    }
    return [...new Uint8Array(await (await canvas.convertToBlob({ type: 'image/png' })).arrayBuffer())];
  });
  await page.close();
  return Buffer.from(bytes);
}

/** Uploads a picture with a single request. */
async function upload({ url }: WebKit, { token }: Person, bytes: Buffer): Promise<Media> {
  const encode = (text: string) => Buffer.from(text).toString('base64');
  const answer = await fetch(`${url}/v1/media`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'tus-resumable': '1.0.0',
      'upload-length': String(bytes.length),
      'upload-metadata': `filename ${encode('lake.png')},filetype ${encode('image/png')}`,
      'content-type': 'application/offset+octet-stream',
    },
    body: new Uint8Array(bytes),
  });
  if (!answer.ok) throw new Error(`upload: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as Media;
}

export interface Scene {
  /** A PNG file. */
  picture: Buffer;
  me: Person;
  friend: Person;
  /** A friend of the main user who writes from right to left. */
  hebrew: Person;
  /** A user who has no chats. */
  newcomer: Person;
  group: number;
}
