/**
 * Parses the report of schemathesis. Returns the number of findings that are explained in the
 * README, and all other findings with their operations.
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

/**
 * Known rejections of requests that the OpenAPI document allows, because a schema cannot express
 * their rules.
 */
const answers = [
  /"detail":"(name|alias): (Holds an invisible character|Holds too many marks|Mixes letters)/,
  /"detail":"password: Too easy to guess/,
  /"(detail|message)":"(custom|body\.(custom|data)): (Holds a null character or a lone surrogate|Holds a key __proto__|Nested deeper|Too large)/,
  /"detail":"q: Set either q or ids/,
];

/** Splits a text at headings. Returns each heading with the text below it. */
function splitBy(text: string, heading: RegExp): [string, string][] {
  const [, ...parts] = text.split(heading);
  return parts.flatMap((part, i) => (i % 2 === 0 ? [[part, parts[i + 1] ?? ''] as [string, string]] : []));
}
