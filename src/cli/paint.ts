import { styleText } from 'node:util';

/** How text is made to stand out; on anything but a terminal it stays as it is. */
export type Paint = (style: Style, text: string) => string;

type Style = 'good' | 'bad' | 'doubtful' | 'quiet' | 'strong';

const STYLES = { good: 'green', bad: 'red', doubtful: 'yellow', quiet: 'dim', strong: 'bold' } as const;

export function painter({ colour }: { colour: boolean }): Paint {
  return (style, text) => (colour ? styleText(STYLES[style], text, { validateStream: false }) : text);
}
