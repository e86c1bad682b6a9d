"""Notices, as a channel is asked to deliver them."""

from mosaicfs.model.notification import Notice, Notification, Reporter, Sender, Severity

TIME = "2026-02-16T11:22:00Z"


def notification(severity: Severity = "error", message: str = "usb <is> away.") -> Notification:
    return Notification(
        condition_key="target_unreachable:usb",
        source=Reporter(node_id="node-nas", component="copies"),
        severity=severity,
        status="active",
        title="Target away",
        message=message,
        first_seen=TIME,
        last_seen=TIME,
        activated_at=TIME,
        occurrence_count=3,
    )


def notice(transition: str = "raised", severity: Severity = "error", message: str = "usb <is> away.") -> Notice:
    return Notice(
        id="notification::node-nas::target_unreachable:usb",
        notification=notification(severity, message),
        transition=transition,
        delivery_id="0195c1de-0000-7000-8000-000000000009",
        sent_at=TIME,
        thread="5f2c",
        link="https://nas.example/notifications",
        sender=Sender(instance_id="i1", name="Home", url="https://nas.example"),
        notifications=(notification(severity, message),) if transition == "summary" else (),
    )
