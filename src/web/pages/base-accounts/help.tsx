import HelpPanel from '@cloudscape-design/components/help-panel';

export function BaseAccountHelp() {
  return (
    <HelpPanel header={<h2>Base accounts</h2>}>
      <p>
        Connectors reach each account by assuming a role in it. Who assumes it is the <b>hub</b>. Without a base account
        the hub is the <b>platform account</b>, the identity that this deployment runs as. With a <b>base account</b>{' '}
        the hub is an account of your own, so that your roles trust nobody else. There is at most one per account type.
      </p>
      <h3>Moving connectors</h3>
      <p>
        Create the base account, then edit the trust policy of each role so that it trusts the base account’s ID. Every
        connector of the type moves by itself as soon as its role admits the base account; until then it works as
        before.
      </p>
      <h3>Use in AssetView</h3>
      <p>
        Makes the connectors that use the base account available in AssetView too, so that nobody creates them twice.
        Switching it off later removes none of them: remove a connector in AssetView itself.
      </p>
      <h3>Preview</h3>
      <p>
        Before a base account is created, changed, rolled back or deleted, AWS is asked for each connector whether the
        hub after the change may assume its role: which move, which stay, which stop working, and of which nobody can
        tell.
      </p>
      <h3>Credentials</h3>
      <p>
        An access key, or keyless: the role of the machine or container that Causeway runs on, or a web identity. Keys
        that are replaced can be kept beside the new ones for a while, and Causeway can rotate a key by itself.
      </p>
      <h3>Deleting</h3>
      <p>
        Its connectors go back to the platform account by themselves. Each role must then trust the platform account’s
        ID instead; the dialog shows for each whether it does already, and the change that it needs.
      </p>
    </HelpPanel>
  );
}
