// Which lanes a modem serves at this moment, and what becomes of those that
// nobody serves (common/store/lane.h has the words).
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/store/store.h"
#include "daemon/station.h"

namespace smsweb {

// In order. Empty where nothing is known of it but its name.
std::vector<std::string> LanesOf(const Station& station);

// Up or not.
bool HasLane(const Station& station, const std::string& lane);

// It may send the message: its lane is one of the station's, and no other modem
// that could is to be preferred.
bool Serves(const Station& station, const Message& message,
            const std::vector<Station>& stations);

// Looks after lanes whose messages nobody sends, and remembers since when:
// their modem is gone, or its SIM has reached a limit, and will not send all of
// the class for longer than a conversation waits.
//
//   G~SIM  to G: an otp at once, others after kConversationPatience
//   G@M    to G: an otp at once; others only where M is not in G
//          any more, for phones join parts by their sender
//   any of those to the default group, where no modem is in G any more
//   =M     stays: its sender, or a route, wants that one and no other
//
// A SIM that sends only to numbers it knows keeps those: a message to another
// number goes from G~SIM to G at once.
//
// Nothing changes its lane unless another modem can send it.
class LaneWatch {
 public:
  explicit LaneWatch(MonoTime began) : began_(began) {}

  // Who sends what has changed.
  void Note(const std::vector<Station>& stations, MonoTime now);
  // Some lane that modems have, or had, is one that nobody sends, or not all
  // of.
  bool AnyUnserved() const;

  // What is to change, codes first.
  std::vector<LaneChange> Stranded(const std::vector<std::string>& queued,
                                   const std::vector<Station>& stations,
                                   MonoTime now);
  // When, as far as the last look knows, the next ones have waited long enough.
  std::optional<MonoTime> NextStranded() const { return next_stranded_; }
  // Nobody could look: whoever tries again needs no time for it.
  void ForgetStranded() { next_stranded_.reset(); }

 private:
  // Of lanes that modems have, or had; none: somebody sends this class.
  using Since = std::map<std::string, std::optional<MonoTime>>;

  std::optional<MonoTime> UnservedSince(const std::string& lane,
                                        MessageClass message_class) const;

  const MonoTime began_;
  bool any_known_to_ = false;  // some SIM sends only to numbers that it knows
  std::array<Since, kMessageClassCount> unserved_since_;
  std::optional<MonoTime> next_stranded_;
};

inline constexpr Millis kConversationPatience{60'000};

}  // namespace smsweb
