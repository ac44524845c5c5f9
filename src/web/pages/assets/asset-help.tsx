import HelpPanel from '@cloudscape-design/components/help-panel';

const EXAMPLES = [
  ['web', 'a part of its name, ARN, addresses'],
  ['i-0a1b2c', 'the beginning of an id; *60001 finds any part, more slowly'],
  ['state:running and region:eu-*', 'both; a star stands for anything'],
  ['accountId:(111122223333, 444455556666)', 'any of several values'],
  ['tag.Environment:prod', 'a tag'],
  ['not tag.Owner:*', 'without a tag'],
  ['launchTime>=2026-01-01', 'a time; also < <= >'],
  ['(name:a* or name:b*) and not state:stopped', 'brackets, or, not'],
  ['gone:true', 'what is not there any more'],
] as const;

export function AssetHelp() {
  return (
    <HelpPanel header={<h2>Searching</h2>}>
      <p>Choose properties and values from the list, or type the query yourself. The same text works in the API.</p>
      <dl>
        {EXAMPLES.map(([query, meaning]) => (
          <div key={query}>
            <dt>
              <code>{query}</code>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <h3>How complete a list is</h3>
      <p>
        The line under the title says how many scopes (a region and a type of one connector) were observed to their end.
        A scope that could not be observed keeps what was known before; nothing is marked gone because of it. The line
        warns as well when the last complete observation of a scope is older than two polling intervals, or, of one in
        which nothing is ever seen, than the next look at it should be.
      </p>
      <h3>Gone, terminated, detached, connectors disabled</h3>
      <p>
        <b>Gone</b>: a complete observation did not see it any more. <b>Terminated</b>: AWS still lists the instance, as
        terminated. <b>Detached</b>: the connectors that saw it were deleted. <b>Connectors disabled</b>: all that see
        it are disabled, so what is shown is how it was last seen.
      </p>
    </HelpPanel>
  );
}
