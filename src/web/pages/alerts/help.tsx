import HelpPanel from '@cloudscape-design/components/help-panel';

export function AlertsHelp() {
  return (
    <HelpPanel header={<h2>Alerts</h2>}>
      <p>
        A connector that has not been complete for three of its polling intervals is under the alert of its cause. There
        is <b>one alert for each cause</b>, however many connectors, regions and calls fail for it.
      </p>
      <h3>Cause</h3>
      <p>
        What went wrong, for which account type, and through which hub or with which denied actions. A connector that
        fails for another cause later moves to the alert of that cause.
      </p>
      <h3>When it is resolved</h3>
      <p>
        When no connector fails for the cause any more. A cause that comes back within a day is the same alert. Nobody
        has to close an alert.
      </p>
      <h3>Being told</h3>
      <p>
        Administrators create <b>alert channels</b>: webhooks and e-mail. Each says after how many polling intervals it
        wants to know, and how often it wants to be reminded.
      </p>
    </HelpPanel>
  );
}
