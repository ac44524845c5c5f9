import { type ExcerptLine, linesAround, placeIn } from './place-in-text.ts';

/** The lines of a text around the place that a complaint names, with that line marked; nothing when it names none. */
export function PolicyExcerpt({ text, complaint }: { text: string; complaint: string }) {
  const place = placeIn(complaint);
  if (!place) return null;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section className="causeway-code-frame" tabIndex={0} aria-label={`Line ${place.line} of the policy`}>
      <pre className="causeway-code">{linesAround(text, place).map(excerptLine)}</pre>
    </section>
  );
}

function excerptLine({ number, text, marked }: ExcerptLine) {
  const line = `${String(number).padStart(5)}  ${text}\n`;
  return marked ? <mark key={number}>{line}</mark> : line;
}
