//! What happens in random histories, as it is drawn.

use proptest::prelude::*;
use proptest::sample::Index;

/// One thing that happens to the partition.
#[derive(Clone, Debug)]
pub enum Action {
    /// An event arrives now: which, in which case, how long ago it happened in half hours (negative: later), how long ago it was entered.
    Event {
        what: Index,
        case: u8,
        lag: i16,
        entered: Option<i16>,
        seq: u8,
    },
    /// Somebody complains or rates, or something is told of that: what, in which case, how long ago in half hours, and of which of the
    /// complaints and ratings of the case, where the words name one.
    Voice {
        what: Index,
        case: u8,
        lag: i16,
        seq: u8,
        about: Index,
    },
    /// An earlier event is sent again: as it was, with other content under the same version, or as a newer version.
    Again { of: Index, how: Again, lag: i16 },
    /// An earlier event is taken back.
    Correct { of: Index, lag: i16 },
    /// Hours pass.
    Tick(u16),
    /// A source says that it is complete up to so many hours ago.
    Complete { source: u8, hours_ago: i16 },
    /// A source declares itself.
    Declare { source: u8, how: u8 },
    /// An inspection says what it found, or finds no more.
    Command {
        /// Whom it is about.
        subject: u8,
        /// What it says.
        act: u8,
        /// How grave.
        level: u8,
        /// As of when.
        hours_ago: i16,
    },
    /// Some people do something about an alert, one after the other.
    Dispose {
        /// Which.
        alert: Index,
        /// What, and who.
        deeds: Vec<(Index, Index)>,
        /// When.
        hours_ago: i16,
    },
    /// Something is ordered, answered, put off or closed.
    Order {
        /// About which alert.
        alert: Index,
        /// What.
        what: Index,
    },
    /// Somebody raises an alert by hand, or raises it again.
    Raise {
        /// About what: one of the subjects, the last of which nobody knows.
        subject: u8,
        /// How grave.
        level: u8,
        /// Which one about it, and under which key: two of one label under two keys clash.
        label: u8,
        /// Under which key.
        key: u8,
    },
    /// The last such command arrives again: as it was, or under the same key with another content.
    DisposeAgain {
        /// With another content.
        otherwise: bool,
    },
    /// Other definitions come into force.
    Activate(u8),
    /// The engine is stopped and goes on from its snapshot.
    Restart,
}

/// How an event is sent again.
#[derive(Clone, Copy, Debug)]
pub enum Again {
    /// The same bytes.
    Same,
    /// The same under another number.
    Renumbered,
    /// The same version, another content.
    Conflicting,
    /// A newer version that happened at another time.
    Moved,
    /// A newer version that happened at the same time.
    Newer,
    /// A newer version of the first event of its case, of another item.
    OtherItem,
    /// A newer version that something else happened, at the same time or at another.
    OtherKind,
    /// An older version.
    Older,
}

fn lag() -> impl Strategy<Value = i16> {
    prop_oneof![
        6 => Just(0i16),
        3 => 0..12i16,
        3 => 12..60i16,
        2 => 60..400i16,
        1 => -60..0i16,
    ]
}

/// One action.
pub fn action() -> impl Strategy<Value = Action> {
    let entered = prop_oneof![3 => Just(None), 1 => (0..70i16).prop_map(Some)];
    let event = (any::<Index>(), 0..4u8, lag(), entered, 0..3u8).prop_map(
        |(what, case, lag, entered, seq)| Action::Event {
            what,
            case,
            lag,
            entered,
            seq,
        },
    );
    let how = prop_oneof![
        2 => Just(Again::Same),
        1 => Just(Again::Renumbered),
        1 => Just(Again::Conflicting),
        2 => Just(Again::Moved),
        2 => Just(Again::Newer),
        1 => Just(Again::OtherItem),
        2 => Just(Again::OtherKind),
        1 => Just(Again::Older),
    ];
    prop_oneof![
        24 => event,
        2 => (any::<Index>(), how, lag()).prop_map(|(of, how, lag)| Action::Again { of, how, lag }),
        2 => (any::<Index>(), lag()).prop_map(|(of, lag)| Action::Correct { of, lag }),
        10 => prop_oneof![3 => 1..10u16, 3 => 10..40u16, 1 => 40..200u16].prop_map(Action::Tick),
        2 => (0..3u8, prop_oneof![2 => Just(0i16), 1 => -10..60i16])
            .prop_map(|(source, hours_ago)| Action::Complete { source, hours_ago }),
        1 => (0..3u8, 0..6u8).prop_map(|(source, how)| Action::Declare { source, how }),
        2 => (0..4u8, 0..5u8, 0..3u8, 0..30i16)
            .prop_map(|(subject, act, level, hours_ago)| Action::Command { subject, act, level, hours_ago }),
        6 => (any::<Index>(), proptest::collection::vec(any::<(Index, Index)>(), 1..6), prop_oneof![6 => Just(0i16), 1 => 0..30i16])
            .prop_map(|(alert, deeds, hours_ago)| Action::Dispose { alert, deeds, hours_ago }),
        7 => (any::<Index>(), any::<Index>()).prop_map(|(alert, what)| Action::Order { alert, what }),
        1 => (0u8..4, 0u8..3, 0u8..2, 0u8..3)
            .prop_map(|(subject, level, label, key)| Action::Raise { subject, level, label, key }),
        1 => any::<bool>().prop_map(|otherwise| Action::DisposeAgain { otherwise }),
        1 => (0..7u8).prop_map(Action::Activate),
        1 => Just(Action::Restart),
    ]
}

/// Something about complaints and ratings, mostly in one case.
pub fn voice() -> impl Strategy<Value = Action> {
    let case = prop_oneof![4 => Just(0u8), 1 => 1..4u8];
    (any::<Index>(), case, lag(), 0..3u8, any::<Index>()).prop_map(
        |(what, case, lag, seq, about)| Action::Voice {
            what,
            case,
            lag,
            seq,
            about,
        },
    )
}
