/** A control with its name, its help and what is wrong with it. */
import { type ComponentProps, createContext, type ReactNode, use } from "react";
import { classes } from "@/lib/classes";

interface Described {
  describedBy: string | undefined;
  isInvalid: boolean;
}

const Description = createContext<Described>({ describedBy: undefined, isInvalid: false });

export interface FieldProps {
  label: ReactNode;
  /** Id of the control inside. */
  id: string;
  help?: ReactNode;
  problem?: ReactNode;
  isRequired?: boolean;
  children: ReactNode;
  className?: string;
}

export function Field({ label, id, help, problem, isRequired, children, className }: FieldProps): ReactNode {
  const describedBy = [help ? `${id}-help` : "", problem ? `${id}-problem` : ""].filter(Boolean).join(" ") || undefined;
  return (
    <div className={classes("flex flex-col gap-1", className)}>
      <label htmlFor={id} className="text-13 font-medium">
        {label}
        {isRequired && <span className="text-muted"> *</span>}
      </label>
      <Description value={{ describedBy, isInvalid: Boolean(problem) }}>{children}</Description>
      {help && (
        <p id={`${id}-help`} className="text-12 text-muted">
          {help}
        </p>
      )}
      {problem && (
        <p id={`${id}-problem`} role="alert" className="text-12 text-error">
          {problem}
        </p>
      )}
    </div>
  );
}

/** What a control inside a `Field` passes on to its element. */
export function useField(): { "aria-describedby"?: string; "aria-invalid"?: true } {
  const { describedBy, isInvalid } = use(Description);
  return { ...(describedBy ? { "aria-describedby": describedBy } : {}), ...(isInvalid ? { "aria-invalid": true } : {}) };
}

export const controlClasses =
  "h-control w-full rounded-control border border-edge bg-panel px-3 text-14 text-ink transition-colors hover:border-ink aria-invalid:border-error disabled:opacity-60 pointer-coarse:text-16";

export function Input({ className, ...rest }: ComponentProps<"input">): ReactNode {
  return <input {...useField()} {...rest} className={classes(controlClasses, className)} />;
}

export function TextArea({ className, ...rest }: ComponentProps<"textarea">): ReactNode {
  return <textarea {...useField()} {...rest} className={classes(controlClasses, "h-auto min-h-20 py-2", className)} />;
}
