import { Check, CircleUser, Keyboard, LogOut } from "lucide-react";
import { DropdownMenu as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { type Density, setLook, type Theme, useLook } from "@/lib/preferences";
import { shell as text } from "@/lib/text/shell";
import { visible } from "@/lib/visible";
import { IconButton } from "@/parts/ui/icon-button";
import { Keys } from "@/parts/ui/keys";
import { signOut } from "@/session/signing";
import { session } from "@/session/token";

const row =
  "flex min-h-8 cursor-pointer items-center gap-2 rounded-control px-2 text-14 outline-none select-none data-highlighted:bg-raised pointer-coarse:min-h-11";
const icon = "size-4 shrink-0 text-muted";

function Choices<T extends string>({ title, value, options, onChange }: { title: string; value: T; options: Record<T, string>; onChange: (value: T) => void }): ReactNode {
  return (
    <Radix.RadioGroup value={value} onValueChange={(next) => onChange(next as T)}>
      <Radix.Label className="px-2 pt-2 pb-1 text-12 font-medium text-muted">{title}</Radix.Label>
      {(Object.entries(options) as [T, string][]).map(([name, label]) => (
        <Radix.RadioItem key={name} value={name} onSelect={(event) => event.preventDefault()} className={row}>
          <span className={icon}>
            <Radix.ItemIndicator>
              <Check className="size-4 text-accent" strokeWidth={1.5} aria-hidden="true" />
            </Radix.ItemIndicator>
          </span>
          {label}
        </Radix.RadioItem>
      ))}
    </Radix.RadioGroup>
  );
}

/** Who is signed in, how the page looks, and the way out. */
export function UserMenu({ onShortcuts }: { onShortcuts: () => void }): ReactNode {
  const { theme, density, hasLetterKeys } = useLook();
  const principal = session.get()?.principal;
  return (
    <Radix.Root modal={false}>
      <Radix.Trigger asChild>
        <IconButton label={text.user} icon={<CircleUser className="size-5" strokeWidth={1.5} aria-hidden="true" />} />
      </Radix.Trigger>
      <Radix.Portal>
        <Radix.Content align="end" sideOffset={4} collisionPadding={8} className="appear z-50 w-60 rounded-panel border bg-panel p-1 shadow-float outline-none">
          <div className="px-2 py-1.5">
            <p className="truncate text-14 font-medium">{visible(principal?.name ?? "")}</p>
            <p className="truncate font-mono text-12 text-muted">{principal?.access_key_id ?? principal?.kind}</p>
            {principal?.scope === "read" && <p className="text-12 text-muted">{text.readOnly}</p>}
          </div>
          <Radix.Separator className="my-1 h-px bg-line" />
          <Choices<Theme> title={text.theme} value={theme} options={text.themes} onChange={(next) => setLook({ theme: next })} />
          <Choices<Density> title={text.density} value={density} options={text.densities} onChange={(next) => setLook({ density: next })} />
          <Radix.Separator className="my-1 h-px bg-line" />
          <Radix.CheckboxItem checked={hasLetterKeys} onCheckedChange={(next) => setLook({ hasLetterKeys: next })} onSelect={(event) => event.preventDefault()} className={row}>
            <span className={icon}>
              <Radix.ItemIndicator>
                <Check className="size-4 text-accent" strokeWidth={1.5} aria-hidden="true" />
              </Radix.ItemIndicator>
            </span>
            {text.letterKeys}
          </Radix.CheckboxItem>
          <Radix.Item onSelect={onShortcuts} className={row}>
            <Keyboard className={icon} strokeWidth={1.5} aria-hidden="true" />
            <span className="flex-1">{text.shortcuts}</span>
            <Keys of="?" />
          </Radix.Item>
          <Radix.Item onSelect={() => void signOut()} className={row}>
            <LogOut className={icon} strokeWidth={1.5} aria-hidden="true" />
            {text.signOut}
          </Radix.Item>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
