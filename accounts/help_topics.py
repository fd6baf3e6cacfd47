"""The help texts for the pages of this app (``accounts.page_help``)."""

from django.utils.translation import gettext_lazy as _

from accounts.page_help import Topic

TOPICS = [
    Topic(
        "sign_in",
        _("Sign in"),
        _("Holders of an office sign in with the account given by the office above."),
        (
            _(
                "The first time: press First sign-in, and copy both lines of your slip. Capitals and gaps "
                "do not matter."
            ),
            _("Choose a password of your own of at least 12 characters. Each line below turns green when it is right."),
            _("Afterwards: account and your own password. Tick Show what I type to see it."),
            _(
                "After five wrong attempts the account is locked for 15 minutes. Slip lost or "
                "password forgotten: call your office for a new slip."
            ),
        ),
        pages=(
            "account_login",
            "first_sign_in",
            "account_inactive",
            "account_logout",
            "password_rules",
        ),
        public=True,
        order=10,
    ),
    Topic(
        "home",
        _("Home and notices"),
        _("The home page shows first what waits for you, with the days left."),
        (
            _("Press the red button: it leads to the next thing to do. What is due first comes first."),
            _("My day on one page: all that waits, until when, since when and from whom; to print on A4."),
            _(
                "All notices are under the bell. What you have opened counts as read. Choose what they are about, "
                "or a place."
            ),
            _("My notifications, under the bell: choose what comes by e-mail, at once or once a day."),
            _("My telephone, beside your offices: leave a number, so that your office can reach you."),
        ),
        pages=(
            "home",
            "today",
            "notices",
            "notice",
            "own_phone",
            "own_notifications",
            "mobile_code_send",
            "mobile_confirm",
            "mobile_forget",
        ),
        order=60,
    ),
    Topic(
        "robots",
        _("Robots of work groups"),
        _("A robot tells your work group in DingTalk or WeCom how much waits and until when, with a link."),
        (
            _("In the group's settings add a robot of your own and copy its address; in DingTalk choose “signature”."),
            _(
                "Add the robot here: office, name of the group, platform, address and secret. "
                "Tick what the group is told."
            ),
            _("Send a test. If it does not arrive, the list says why, in words."),
            _(
                "What failed five more times within two days is listed here: fix the cause, "
                "then send the message again."
            ),
            _("Only counts, deadlines and a link leave; at night and on days off nothing but red warnings is sent."),
        ),
        pages=("robots", "robot_new", "robot", "robot_test", "robot_message_again"),
        needs=("notifications.manage_robot",),
        order=47,
    ),
    Topic(
        "own_account",
        _("Your account"),
        _("Change your password, set up the second factor, give programs a token."),
        (
            _("Password, at the foot of each page: the present one once, the new one twice."),
            _(
                "Second factor: some offices must type a code that the phone shows. Print the recovery "
                "codes and lock them away."
            ),
            _("Tokens are only for programs. End those that nobody uses."),
        ),
        pages=(
            "account_change_password",
            "account_reauthenticate",
            "account_logout",
            "mfa_index",
            "mfa_authenticate",
            "mfa_reauthenticate",
            "mfa_activate_totp",
            "mfa_deactivate_totp",
            "mfa_view_recovery_codes",
            "mfa_generate_recovery_codes",
            "recovery_paper",
            "identity",
            "identity_unlink",
            "tokens",
        ),
        order=61,
    ),
    Topic(
        "appoint",
        _("Give people their offices"),
        _("You give the offices below yours, end them, and make new passwords."),
        (
            _(
                "One person: press Appoint somebody. Many: download the cadre list, fill in the names, "
                "send it back; you see what it does first."
            ),
            _(
                "For somebody new the next page shows the slip with the one-time password, once. Print it "
                "and hand it over."
            ),
            _("Somebody leaves: open the person, press Hand over, and name the successor. What waits passes on."),
            _("Password forgotten: open the person, press Make a new password, and hand over the new slip."),
            _("Enter telephone numbers: people below see yours under whom to call."),
        ),
        pages=(
            "appointments",
            "appointment_new",
            "appointment",
            "appointment_end",
            "appointment_hand_over",
            "appointment_phone",
            "password_reset",
            "password_resets",
            "cadre_list",
            "cadre_list_make",
            "cadre_list_empty",
            "slips",
        ),
        needs=("accounts.appoint",),
        order=40,
    ),
    Topic(
        "deputies",
        _("Name a deputy"),
        _("While you are away somebody else of the same unit may act for you, from a day to a day."),
        (
            _("On the home page, beside your office, press Deputies."),
            _("Choose the person and both days. What the deputy does is marked as done for you."),
            _("Back early? End the deputy's days there."),
        ),
        pages=(
            "deputies",
            "deputy_end",
        ),
        needs=(
            "accounts.appoint",
            "reviews.decide_township",
            "reviews.answer_check",
            "incentives.disburse",
        ),
        order=41,
    ),
    Topic(
        "saved_filters",
        _("Saved filters"),
        _("What you often ask of a list is kept under a name."),
        (
            _("Choose in a list what you want to see, press Save this filter above it, and give a name."),
            _("Share it with your office if your colleagues need it; everybody sees only what they may see anyway."),
        ),
        pages=("saved_filters", "saved_filter_new"),
        order=49,
    ),
    Topic(
        "people",
        _("Search by person"),
        _("Who holds or held which office within your reach."),
        (
            _("Type a name, part of it, or an account name."),
            _("Open a person to see all offices with their days; an auditor also sees what the person did lately."),
        ),
        pages=("people", "person"),
        needs=("accounts.appoint", "accounts.read_trail", "reports.view_leads"),
        order=46,
    ),
    Topic(
        "trail",
        _("Audit trail and proof"),
        _("You see who changed what, when and from where, and whether anything was changed past the system."),
        (
            _("Audit trail: filter by person, place, kind, step and days. An export is itself written into it."),
            _("Changes of appointments: open a group, compare, say with what, and mark it as seen."),
            _("Proof: press Check everything. It runs in the background and tells you when it is ready."),
            _("Download the head each month and keep it outside the system, on paper."),
        ),
        pages=(
            "trail",
            "trail_review",
            "proof",
            "proof_head",
        ),
        needs=("accounts.read_trail",),
        order=45,
    ),
    Topic(
        "locks",
        _("Locks and lost factors"),
        _("You guard accounts: lock and unlock them, and help people who lost the second factor."),
        (
            _("Locked out by wrong passwords: check by telephone who it is, then unlock."),
            _("Somebody is in danger: lock the account with a reason. All sessions end at once."),
            _(
                "Phone lost: choose that the second factor is lost, with a reason. A new one is set up at "
                "the next sign-in."
            ),
            _("Tokens of programs and identities on the platform are ended here, too."),
        ),
        pages=(
            "locks",
            "tokens_guarded",
            "identities",
        ),
        needs=("accounts.unlock",),
        order=45,
    ),
    Topic(
        "settings",
        _("Settings and working days"),
        _("You maintain the office's working days, and see whether e-mails are sent."),
        (
            _(
                "When the State Council has announced next year's holidays, compare the days shown, and "
                "confirm the year."
            ),
            _("Enter days that differ: a day off that is worked, or the other way round."),
        ),
        pages=("settings", "sms_log"),
        needs=("accounts.configure",),
        order=45,
    ),
    Topic(
        "figures",
        _("Yearly figures of villages"),
        _("Population, households and income are entered once a year; forms and rewards use them."),
        (
            _("Choose the year, type the figures, and keep them."),
            _("Or download the sheet, fill it in, send it back: changes are shown first."),
            _("A figure far from last year's needs a second look: check it, and confirm."),
        ),
        pages=(
            "unit_profiles",
            "unit_profiles_sheet",
        ),
        needs=("villages.report_profile",),
        order=42,
    ),
    Topic(
        "unit_changes",
        _("Merge, split, rename units; tags"),
        _("Orders that change units are carried out here; their past stays readable under the old name."),
        (
            _("Choose the kind of order, and find the units by name or code."),
            _("Enter the document number and day. You see what follows before it is carried out."),
            _("Tags tell kinds of villages apart where a scheme asks for it."),
        ),
        pages=(
            "unit_orders",
            "unit_order_new",
            "unit_order",
            "unit_tags",
            "unit_tags_sheet",
            "unit_make",
        ),
        needs=(
            "villages.manage_unit",
            "villages.make_zone",
        ),
        order=43,
    ),
    Topic(
        "units",
        _("Units"),
        _("You find the places within your reach, and what is known of each."),
        (
            _("Search by name or code, or go down from county to township to village."),
            _("The page of a village shows its star, figures, tags and who holds office there."),
        ),
        pages=(
            "units",
            "unit",
        ),
        needs=("villages.view_unit",),
        order=55,
    ),
]
