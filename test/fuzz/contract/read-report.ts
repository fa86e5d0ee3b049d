/**
 * Parses the report of schemathesis. Returns the number of findings that the README explains
 * (`answered`) and all other findings, each with its operation.
 */
export function readReport(report: string): { answered: number; faults: string[] } {
  const findings = splitBy(report, /^=+ (.+?) =+$/m).flatMap(([part, text]) =>
    part === 'FAILURES' || part === 'ERRORS' ? splitBy(text, /^_+ (.+?) _+$/m) : [],
  );
  const each = findings.flatMap(([operation, text]) =>
    text
      .split(/^(?=\d+\. )/m)
      .filter((finding) => finding.trim() !== '')
      .map((finding) => `${operation}\n${finding.trim()}`),
  );
  const faults = each.filter((finding) => !answers.some((answer) => answer.test(finding)));
  return { answered: each.length - faults.length, faults };
}

/** Patterns of known findings. The README explains each of them. */
const answers = [
  /"detail":"(name|alias): (Holds an invisible character|Holds too many marks|Mixes letters)/,
  // Matches a character above U+FFFF, escaped either as in JSON or as in a URL.
  /^(?=[\s\S]*"detail":"\w+: Contains a control character)[\s\S]*(\\ud82f\\udca|\\ud834\\udd7|\\udb4[0-3]|%F0%9B%B2|%F0%9D%85|%F3%A0)/i,
  /"detail":"password: Too easy to guess/,
  /"(detail|message)":"(custom|body\.(custom|data)): (Holds a null character or a lone surrogate|Holds a key __proto__|Nested deeper|Too large)/,
  /"detail":"q: Set (either q or|q, or)/,
  /"detail":"avatar: Images of this host are not accepted/,
  /"detail":"expires: Choose a date in the future/,
  /"detail":"message: Only your own request has a message/,
  /"status":413,.*"detail":"upload's size exceeded/,
  /\[412\][\s\S]*"detail":"Tus-Resumable Required/,
  /"detail":"quietHours\.(timeZone: Not an IANA|to: from and to must differ)/,
  /^POST \/v1\/media\n[\s\S]*ST104 Missing Content-Type header[\s\S]*\[201\] Created:\s+<EMPTY>/,
  /^POST \/v1\/server\/imports\n[\s\S]*"lines":\d+,.*"errors":\[\{"line":/,
  /^GET \/v1\/events\n[\s\S]*parameter `last-event-id` in header[\s\S]*-H \$'last-event-id: (\\x[89a-f][0-9a-f])+'/,
  /^GET \/v1\/events\n[\s\S]*- ST108 SSE event violates schema\n\n {4}Event #\d+: \{"data":/,
];

/** Splits a report at its headings. Returns each heading with the text below it. */
function splitBy(text: string, heading: RegExp): [string, string][] {
  const [, ...parts] = text.split(heading);
  return parts.flatMap((part, i) => (i % 2 === 0 ? [[part, parts[i + 1] ?? ''] as [string, string]] : []));
}
