// The list's title and the choice of views: built-in ones, saved ones, and saving.
import {
  Button,
  Checkbox,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  Field,
  Input,
  Menu,
  MenuDivider,
  MenuGroup,
  MenuGroupHeader,
  MenuItem,
  MenuItemRadio,
  MenuList,
  MenuPopover,
  MenuTrigger,
  MessageBar,
  MessageBarBody,
} from "@fluentui/react-components";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { client, messageOf, take } from "../api/client";
import { viewsQuery } from "../api/records";
import { useUser, withToken } from "../api/session";
import { IconChevronDown, IconDelete, IconSave, IconView } from "../icons";
import { texts } from "../texts";
import { useNotices } from "../ui/notice";
import type { ResourceDef } from "./definitions";
import { BUILT_IN_VIEWS, type ListControls } from "./list-state";

interface Props {
  def: ResourceDef;
  controls: ListControls;
}

export function ViewMenu({ def, controls }: Props) {
  const { state, views } = controls;
  const user = useUser();
  const queries = useQueryClient();
  const notices = useNotices();
  const [saving, setSaving] = useState(false);
  const own = state.saved?.owner.id === user.id;
  const current = state.saved?.id ?? state.builtIn;
  const title = state.saved?.name ?? (state.builtIn === "all" ? texts.resources[def.resource].plural : `${texts.resources[def.resource].plural}: ${texts.list.builtIn[state.builtIn]}`);
  const done = () => void queries.invalidateQueries({ queryKey: viewsQuery(def.resource).queryKey });

  const update = useMutation({
    mutationFn: () =>
      take(
        client.PATCH("/api/v1/views/{id}", {
          params: { ...withToken, path: { id: state.saved!.id } },
          body: { version: state.saved!.version, filters: state.filters, q: state.q || null, sort: state.sort, columns: state.columns.map((column) => column.field) },
        }),
      ),
    onSuccess: (view) => (done(), notices.done(texts.list.viewSaved(view.name))),
    onError: (error) => notices.failed(error),
  });
  const remove = useMutation({
    mutationFn: async () => void (await take(client.DELETE("/api/v1/views/{id}", { params: { ...withToken, path: { id: state.saved!.id } } }))),
    onSuccess: () => {
      notices.done(texts.list.viewDeleted(state.saved?.name ?? ""));
      controls.setView("all");
      done();
    },
    onError: (error) => notices.failed(error),
  });

  return (
    <>
      <h1 className="list-title">
        <Menu checkedValues={{ view: [current] }} onCheckedValueChange={(_, data) => controls.setView(data.checkedItems[0])}>
          <MenuTrigger disableButtonEnhancement>
            <button type="button" className="view-button">
              {title}
              {state.changed && <span className="view-changed" title={texts.list.updateView}>•</span>}
              <IconChevronDown aria-hidden />
            </button>
          </MenuTrigger>
          <MenuPopover>
            <MenuList>
              {BUILT_IN_VIEWS.map((view) => (
                <MenuItemRadio key={view} name="view" value={view}>
                  {texts.list.builtIn[view]}
                </MenuItemRadio>
              ))}
              {views.length > 0 && (
                <MenuGroup>
                  <MenuGroupHeader>{texts.list.ownViews}</MenuGroupHeader>
                  {views.map((view) => (
                    <MenuItemRadio key={view.id} name="view" value={view.id} secondaryContent={view.owner.id === user.id ? undefined : view.owner.name}>
                      {view.name}
                    </MenuItemRadio>
                  ))}
                </MenuGroup>
              )}
              <MenuDivider />
              {own && state.changed && (
                <MenuItem icon={<IconSave />} onClick={() => update.mutate()}>
                  {texts.list.updateView}
                </MenuItem>
              )}
              <MenuItem icon={<IconView />} onClick={() => setSaving(true)}>
                {texts.list.saveView}
              </MenuItem>
              {own && (
                <MenuItem icon={<IconDelete />} onClick={() => remove.mutate()}>
                  {texts.list.deleteView}
                </MenuItem>
              )}
            </MenuList>
          </MenuPopover>
        </Menu>
      </h1>
      {saving && <SaveView def={def} controls={controls} onClose={() => setSaving(false)} onSaved={done} />}
    </>
  );
}

function SaveView({ def, controls, onClose, onSaved }: Props & { onClose: () => void; onSaved: () => void }) {
  const { state } = controls;
  const notices = useNotices();
  const [name, setName] = useState("");
  const [shared, setShared] = useState(false);
  const save = useMutation({
    mutationFn: () =>
      take(
        client.POST("/api/v1/views", {
          params: withToken,
          body: {
            resource: def.resource,
            name: name.trim(),
            filters: state.filters,
            q: state.q || null,
            sort: state.sort,
            columns: state.columns.map((column) => column.field),
            shared,
          },
        }),
      ),
    onSuccess: (view) => {
      notices.done(texts.list.viewSaved(view.name));
      onSaved();
      onClose();
      controls.setView(view.id);
    },
  });
  return (
    <Dialog open onOpenChange={(_, data) => !data.open && onClose()}>
      <DialogSurface className="confirm">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (name.trim()) save.mutate();
          }}
        >
          <DialogBody>
            <DialogTitle>{texts.list.saveView}</DialogTitle>
            <DialogContent className="stack">
              {save.isError && (
                <MessageBar intent="error" layout="multiline">
                  <MessageBarBody>{messageOf(save.error)}</MessageBarBody>
                </MessageBar>
              )}
              <Field label={texts.list.viewName} required hint={["people", "tasks", "meetings"].includes(def.resource) ? texts.list.viewSyncHint : undefined}>
                <Input value={name} autoFocus maxLength={100} onChange={(_, data) => setName(data.value)} />
              </Field>
              <Checkbox checked={shared} label={texts.list.viewShared} onChange={(_, data) => setShared(data.checked === true)} />
            </DialogContent>
            <DialogActions>
              <Button onClick={onClose}>{texts.words.cancel}</Button>
              <Button appearance="primary" type="submit" disabled={!name.trim() || save.isPending}>
                {texts.words.save}
              </Button>
            </DialogActions>
          </DialogBody>
        </form>
      </DialogSurface>
    </Dialog>
  );
}
