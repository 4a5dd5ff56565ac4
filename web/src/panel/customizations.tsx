// The Customizations of an organization: profiles are created, changed, deleted and applied.
import { Button } from "@fluentui/react-components";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { deleteProfile, profilesQuery, setOrganizationProfile, startUserOperation, type Profile, type UserOperation } from "../api/panel";
import { useUser } from "../api/session";
import { IconAdd } from "../icons";
import { texts } from "../texts";
import { Confirm } from "../ui/confirm";
import { useNotices } from "../ui/notice";
import { ErrorState, LoadingRows } from "../ui/states";
import { OperationBar } from "./operation";
import type { SectionProps } from "./organization";
import { ProfileEditor } from "./profile-editor";
import { customizations as words } from "./texts-customizations";

type Doing = { what: "show" | "edit" | "copy" | "apply" | "remove"; profile: Profile };

export function Customizations({ organization }: SectionProps) {
  const whole = useUser().role === "system_administrator";
  const queries = useQueryClient();
  const notices = useNotices();
  const profiles = useQuery(profilesQuery);
  const [doing, setDoing] = useState<Doing | null>(null);
  const [begun, setBegun] = useState<UserOperation | null>(null);
  const close = () => setDoing(null);
  const settled = () => (close(), void queries.invalidateQueries({ queryKey: profilesQuery.queryKey }));
  const remove = useMutation({
    mutationFn: (profile: Profile) => deleteProfile(profile.id),
    onSuccess: (_, profile) => notices.done(words.removed(profile.name)),
    onError: (error) => notices.failed(error),
    onSettled: settled,
  });
  const apply = useMutation({
    mutationFn: async (profile: Profile) => {
      await setOrganizationProfile(organization.id, profile.id);
      return startUserOperation({ action: "change_profile", profile_id: profile.id, matching: { organization_id: organization.id } });
    },
    onSuccess: setBegun,
    onError: (error) => notices.failed(error),
    onSettled: settled,
  });
  if (profiles.isPending) return <LoadingRows rows={3} />;
  if (profiles.isError) return <ErrorState title={texts.errors.listTitle} error={profiles.error} onRetry={() => void profiles.refetch()} />;
  const items = profiles.data.items;
  return (
    <>
      <div className="settings-bar">
        <p className="settings-note">{words.lead}</p>
        <span className="spacer" />
        {whole && (
          <Button appearance="primary" icon={<IconAdd />} onClick={() => setDoing({ what: "copy", profile: items[0] })}>
            {words.add}
          </Button>
        )}
      </div>
      <OperationBar operating={{ begun, busy: false, start: () => undefined, close: () => setBegun(null) }} />
      <ul className="card settings-card settings-list plain" aria-label={words.list}>
        {items.map((each) => (
          <Row key={each.id} profile={each} whole={whole} onDo={(what) => setDoing({ what, profile: each })} />
        ))}
      </ul>
      {doing && (doing.what === "show" || doing.what === "edit" || doing.what === "copy") && <ProfileEditor profile={doing.profile} create={doing.what === "copy"} onClose={close} />}
      {doing?.what === "apply" && (
        <Confirm open title={words.applyTitle(doing.profile.name, organization.name)} detail={words.applyDetail} confirm={words.buttons.apply} busy={apply.isPending} onConfirm={() => apply.mutate(doing.profile)} onCancel={close} />
      )}
      {doing?.what === "remove" && (
        <Confirm open title={words.removeTitle(doing.profile.name)} detail={words.removeDetail} confirm={words.buttons.remove} busy={remove.isPending} onConfirm={() => remove.mutate(doing.profile)} onCancel={close} />
      )}
    </>
  );
}

function Row({ profile, whole, onDo }: { profile: Profile; whole: boolean; onDo: (what: Doing["what"]) => void }) {
  const button = (what: Doing["what"]) => (
    <Button key={what} appearance="subtle" aria-label={words[what](profile.name)} onClick={() => onDo(what)}>
      {words.buttons[what]}
    </Button>
  );
  const organizations = profile.organizations.map((each) => each.name).join(", ");
  return (
    <li>
      <span>
        <strong>{profile.name}</strong>
        <small className="panel-about">
          {words.users(profile.users)}
          {organizations && ` · ${words.newUsersOf(organizations)}`}
        </small>
      </span>
      <span className="spacer" />
      <span className="settings-actions">
        {button(profile.editable && whole ? "edit" : "show")}
        {whole && button("copy")}
        {button("apply")}
        {whole && profile.editable && button("remove")}
      </span>
    </li>
  );
}
