import HelpPanel from '@cloudscape-design/components/help-panel';

export function WizardHelp() {
  return (
    <HelpPanel header={<h2>How a connector reaches an account</h2>}>
      <p>
        A connector uses a <b>role</b> in the account that is to be read. The role’s <b>trust policy</b> says who may
        assume it: the <b>hub</b>, which is your base account of the account type if you have one, else the platform
        account.
      </p>
      <h3>External ID</h3>
      <p>
        The external ID is a second word that the hub has to say. It is different for each connector, so that nobody who
        can also use the hub reaches the wrong account (the “confused deputy” problem). It is not a secret.
      </p>
      <h3>Permissions</h3>
      <p>The role may only list and describe. It can change nothing and read no content of databases or buckets.</p>
      <h3>Before the role exists</h3>
      <p>You may finish the wizard first. The connector then waits for its role and starts by itself.</p>
    </HelpPanel>
  );
}

export function ConnectorHelp() {
  return (
    <HelpPanel header={<h2>States of a connector</h2>}>
      <dl>
        <dt>Waiting for role</dt>
        <dd>The role has not let the hub in yet.</dd>
        <dt>Queued, Running</dt>
        <dd>A run is waiting for its turn, or reads the account now.</dd>
        <dt>OK</dt>
        <dd>Every scope of the last run was read to its end.</dd>
        <dt>OK with problems</dt>
        <dd>Some scopes were not observed. What they held before is kept; nothing is marked gone because of it.</dd>
        <dt>Failing</dt>
        <dd>The last run read nothing. The connector’s page says why and what to do.</dd>
        <dt>Disabled</dt>
        <dd>It does not run until it is enabled.</dd>
        <dt>Moving</dt>
        <dd>
          An extra mark: the connector is to be reached through another hub, but the role’s trust policy does not admit
          that hub yet. It goes on working through the hub it had.
        </dd>
      </dl>
      <h3>Scopes and coverage</h3>
      <p>
        A scope is one region and one type of resource. Only a scope that was read completely may say that something is
        gone.
      </p>
    </HelpPanel>
  );
}
