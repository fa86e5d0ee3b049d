/** Returns the subjects and bodies of e-mails in the language of the recipient's browser. */
export function mailTexts(acceptLanguage: string | undefined): MailTexts {
  const first = acceptLanguage?.trim().toLowerCase() ?? '';
  return first.startsWith('zh') ? chinese : english;
}

const english: MailTexts = {
  resetPassword: (username, link, minutes) => ({
    subject: 'Reset your password',
    text: `Hello ${username},

somebody asked to reset the password of your account. To choose a new password, open this link within ${minutes} minutes:

${link}

All your devices are signed out then. If this was not you, ignore this e-mail: your password stays as it is.
`,
  }),
  confirmEmail: (username, link, minutes) => ({
    subject: 'Confirm your e-mail address',
    text: `Hello ${username},

to confirm that this is your e-mail address, open this link within ${minutes} minutes:

${link}

If you have no such account, ignore this e-mail.
`,
  }),
  passwordChanged: (username) => ({
    subject: 'Your password was changed',
    text: `Hello ${username},

the password of your account was changed, and your other devices were signed out. If this was not you, reset your password at once.
`,
  }),
  emailChanged: (username) => ({
    subject: 'Your e-mail address was changed',
    text: `Hello ${username},

another e-mail address was set for your account, or this one was removed. If this was not you, change your password and set your address again.
`,
  }),
};

const chinese: MailTexts = {
  resetPassword: (username, link, minutes) => ({
    subject: '重置密码',
    text: `${username}，你好：

有人请求重置你的账号密码。请在 ${minutes} 分钟内打开以下链接，设置新密码：

${link}

重置后，你的所有设备都会退出登录。如果不是你本人操作，请忽略这封邮件，你的密码不会改变。
`,
  }),
  confirmEmail: (username, link, minutes) => ({
    subject: '确认邮箱地址',
    text: `${username}，你好：

请在 ${minutes} 分钟内打开以下链接，确认这是你的邮箱地址：

${link}

如果你没有这个账号，请忽略这封邮件。
`,
  }),
  passwordChanged: (username) => ({
    subject: '密码已更改',
    text: `${username}，你好：

你的账号密码已更改，其他设备已退出登录。如果不是你本人操作，请立即重置密码。
`,
  }),
  emailChanged: (username) => ({
    subject: '邮箱地址已更改',
    text: `${username}，你好：

你的账号更换或移除了邮箱地址。如果不是你本人操作，请更改密码并重新设置邮箱。
`,
  }),
};

interface MailTexts {
  resetPassword(username: string, link: string, minutes: number): Text;
  confirmEmail(username: string, link: string, minutes: number): Text;
  passwordChanged(username: string): Text;
  emailChanged(username: string): Text;
}

interface Text {
  subject: string;
  text: string;
}
