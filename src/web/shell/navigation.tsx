import SideNavigation, { type SideNavigationProps } from '@cloudscape-design/components/side-navigation';
import { useLocation } from 'react-router';
import { useFollow } from '../parts/links.tsx';
import { useSession } from '../session.tsx';

export function Navigation() {
  const { user } = useSession();
  const { pathname } = useLocation();
  const follow = useFollow();
  return (
    <SideNavigation
      header={{ text: 'Causeway', href: '/' }}
      activeHref={activeHref(pathname)}
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
      { type: 'link', text: 'Resources', href: '/cloudview/resources' },
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
        ],
      },
    ],
  },
];

const ADMINISTRATION: readonly SideNavigationProps.Item[] = [
  {
    type: 'section',
    text: 'Administration',
    items: [
      { type: 'link', text: 'Users', href: '/administration/users' },
      { type: 'link', text: 'API tokens', href: '/administration/tokens' },
      { type: 'link', text: 'Audit log', href: '/administration/audit' },
    ],
  },
];

/** Every page below a list belongs to that list: the first three segments of the path name it, or two. */
function activeHref(pathname: string): string {
  const [first = '', second = '', third = ''] = pathname.split('/').filter(Boolean);
  return first === 'configuration' ? `/${first}/${second}/${third}` : `/${first}/${second}`;
}
