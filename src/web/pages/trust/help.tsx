import HelpPanel from '@cloudscape-design/components/help-panel';

export function TrustMigrationHelp() {
  return (
    <HelpPanel header={<h2>Trust migration</h2>}>
      <p>
        When a base account is created, changed or deleted, the <b>target hub</b> of its connectors changes at once.
        Whom a role lets in is decided in AWS by its <b>trust policy</b>. Each connector moves by itself as soon as its
        role lets the target hub in; until then it goes on through the hub it had.
      </p>
      <h3>States</h3>
      <dl>
        <dt>On target</dt>
        <dd>It is reached through the target hub. Nothing has to be done.</dd>
        <dt>Moving</dt>
        <dd>It is reached through another hub, and the target has not been tried since the last change.</dd>
        <dt>Refused</dt>
        <dd>
          The role refused the target hub when it was tried last. Open the connector for the reason and the change.
        </dd>
        <dt>Unknown</dt>
        <dd>AWS gave no answer, or the connector has never run.</dd>
      </dl>
      <h3>The edits</h3>
      <p>
        <b>While moving</b>, a role trusts both hubs, so that nothing fails. <b>In the end</b> it trusts only the target
        hub. Download the edits for all roles at once, or copy one from a connector.
      </p>
      <h3>Re-check all</h3>
      <p>
        Tries every role now: with its external ID, without one and with a wrong one. It keeps below AWS’s limits, and a
        connector whose role lets the target hub in moves at once.
      </p>
    </HelpPanel>
  );
}

export function TrustPolicyHelp() {
  return (
    <HelpPanel header={<h2>How a trust policy is read</h2>}>
      <p>
        The policy is evaluated here, by IAM’s rules: who is named, which conditions have to hold, and that a Deny
        outweighs every Allow. Nothing is sent to AWS.
      </p>
      <h3>Cannot be told</h3>
      <p>
        A condition on something that is not known here, such as an organisation’s ID, leaves the answer open. Name the
        key and its value under “Further condition keys” to have it decided.
      </p>
      <h3>External ID</h3>
      <p>
        Without it, everybody who can use the hub could reach the role. An edit that is proposed here always asks for
        it.
      </p>
    </HelpPanel>
  );
}
