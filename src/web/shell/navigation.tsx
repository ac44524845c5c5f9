import SideNavigation, { type SideNavigationProps } from '@cloudscape-design/components/side-navigation';
import { useLocation } from 'react-router';
import { useFollow } from '../parts/links.tsx';
import { useSession } from '../session.tsx';
import type { Crumb } from './page.tsx';

export function Navigation({ crumbs }: { crumbs: readonly Crumb[] }) {
  const { user } = useSession();
  const { pathname } = useLocation();
  const follow = useFollow();
  return (
    <SideNavigation
      activeHref={activeHref([...crumbs.map(({ href }) => href), pathname])}
      items={user.role === 'administrator' ? [...SECTIONS, ...ADMINISTRATION] : SECTIONS}
      onFollow={follow}
    />
  );
}

const SECTIONS: readonly SideNavigationProps.Item[] = [
  {
    type: 'section',
    text: 'CloudView',
    items: [
      { type: 'link', text: 'Overview', href: '/cloudview/overview' },
      { type: 'link', text: 'Connectors', href: '/cloudview/connectors' },
      { type: 'link', text: 'Runs', href: '/cloudview/runs' },
      { type: 'link', text: 'Readiness', href: '/cloudview/readiness' },
      { type: 'link', text: 'Resources', href: '/cloudview/resources' },
      { type: 'link', text: 'Alerts', href: '/cloudview/alerts' },
    ],
  },
  {
    type: 'section',
    text: 'AssetView',
    items: [
      { type: 'link', text: 'Instances', href: '/assetview/instances' },
      { type: 'link', text: 'Assets', href: '/assetview/assets' },
      { type: 'link', text: 'Connectors in AssetView', href: '/assetview/connectors' },
    ],
  },
  {
    type: 'section',
    text: 'Configuration',
    items: [
      {
        type: 'link-group',
        text: 'Amazon Web Services',
        href: '/configuration/aws',
        items: [
          { type: 'link', text: 'Connectors', href: '/configuration/aws/connectors' },
          { type: 'link', text: 'Configure Base Account', href: '/configuration/aws/base-accounts' },
          { type: 'link', text: 'Trust migration', href: '/configuration/aws/trust-migrations' },
        ],
      },
    ],
  },
  {
    type: 'section',
    text: 'Tools',
    items: [{ type: 'link', text: 'Trust policy', href: '/tools/trust-policy' }],
  },
];

const ADMINISTRATION: readonly SideNavigationProps.Item[] = [
  {
    type: 'section',
    text: 'Administration',
    items: [
      { type: 'link', text: 'Users', href: '/administration/users' },
      { type: 'link', text: 'API tokens', href: '/administration/tokens' },
      { type: 'link', text: 'Alert channels', href: '/administration/alert-channels' },
      { type: 'link', text: 'Audit log', href: '/administration/audit' },
    ],
  },
];

/** The entry that a page belongs to: its own, or else the last of its breadcrumbs that is one. */
function activeHref(hrefs: readonly string[]): string {
  return hrefs.findLast(href => href !== '' && LINKS.has(href)) ?? '';
}

const LINKS: ReadonlySet<string> = new Set([...SECTIONS, ...ADMINISTRATION].flatMap(linksIn));

function linksIn(item: SideNavigationProps.Item): string[] {
  const own = item.type === 'link' ? [item.href] : [];
  return 'items' in item ? [...own, ...item.items.flatMap(linksIn)] : own;
}
