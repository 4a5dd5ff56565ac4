// The Details of an organization, with its Email Configuration.
import { Button, Field, Select } from "@fluentui/react-components";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { databasesQuery, profilesQuery, setOrganizationProfile } from "../api/panel";
import { useNotices } from "../ui/notice";
import type { SectionProps } from "./organization";
import { panel } from "./texts";

const words = panel.details;
const EMAIL_CONFIGURATION = "/mail-sync/organizations/$id/email-configuration";

export function Details({ organization }: SectionProps) {
  const databases = useQuery(databasesQuery);
  return (
    <>
      <dl className="card settings-form panel-details">
        <dt>{words.name}</dt>
        <dd>{organization.name}</dd>
        <dt>{words.users}</dt>
        <dd>{organization.users}</dd>
        <dt>{words.database}</dt>
        <dd>{databases.data?.items[0]?.name ?? panel.users.noDatabase}</dd>
      </dl>
      <NewUsersProfile organization={organization} />
      <EmailConfiguration organization={organization} />
    </>
  );
}

function NewUsersProfile({ organization }: SectionProps) {
  const queries = useQueryClient();
  const notices = useNotices();
  const profiles = useQuery(profilesQuery).data?.items ?? [];
  const now = profiles.find((each) => each.organizations.some((one) => one.id === organization.id))?.id ?? "settings";
  const save = useMutation({
    mutationFn: (id: string) => setOrganizationProfile(organization.id, id),
    onSuccess: (answer) => notices.done(words.profileSaved(answer.profile.name)),
    onError: (error) => notices.failed(error),
    onSettled: () => void queries.invalidateQueries({ queryKey: profilesQuery.queryKey }),
  });
  return (
    <section className="card settings-form">
      <Field label={words.profile} hint={words.profileHint}>
        <Select value={now} disabled={save.isPending} onChange={(_, data) => save.mutate(data.value)}>
          {profiles.map((each) => (
            <option key={each.id} value={each.id}>
              {each.name}
            </option>
          ))}
        </Select>
      </Field>
    </section>
  );
}

// The page of its own, where this version has it.
function EmailConfiguration({ organization }: SectionProps) {
  const router = useRouter();
  const route = Object.keys(router.routesByPath).find((path) => path.endsWith(EMAIL_CONFIGURATION));
  return (
    <section className="card settings-form" aria-labelledby="email-configuration">
      <h2 id="email-configuration">{words.email}</h2>
      <p className="settings-note">{words.emailLead}</p>
      {route ? (
        <div>
          <Button appearance="primary" onClick={() => router.history.push(route.replace("$id", encodeURIComponent(organization.id)))}>
            {words.emailOpen}
          </Button>
        </div>
      ) : (
        <p>{words.emailBySettings}</p>
      )}
    </section>
  );
}
