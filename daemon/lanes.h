// Which lanes a modem serves at this moment, and what becomes of those that
// nobody serves (common/store/lane.h has the words).
#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/store/store.h"
#include "daemon/station.h"

namespace smsweb {

// In order. Empty where nothing is known of it but its name.
std::vector<std::string> LanesOf(const Station& station);

// It may send the message: its lane is one of the station's, and no other modem
// that could is to be preferred.
bool Serves(const Station& station, const Message& message,
            const std::vector<Station>& stations);

// Looks after lanes whose modem is gone, and remembers since when it is.
//
//   G~SIM  to G: an otp at once, others after kConversationPatience
//   G@M    to G: an otp at once; others only where M has left the
//          configuration, for phones join parts by their sender
//   G      to the default group, where no modem is in G any more
//   =M     stays: somebody has asked for that one
//
// A SIM that has reached a limit for longer than that is out of order, too, for
// the classes that it can't send: an otp goes to another modem of G at once,
// others after kConversationPatience.
//
// Nothing changes its lane unless another modem is up to take it.
class LaneWatch {
 public:
  std::vector<LaneChange> Stranded(const std::vector<std::string>& queued,
                                   const std::vector<Station>& stations,
                                   MonoTime now);

 private:
  void AddResting(const std::vector<std::string>& queued,
                  const std::vector<Station>& stations,
                  MessageClass message_class, MonoTime now,
                  std::vector<LaneChange>* changes);

  using Since = std::map<std::string, MonoTime>;

  Since unserved_since_;
  std::array<Since, kMessageClassCount> resting_since_;
};

inline constexpr Millis kConversationPatience{60'000};

}  // namespace smsweb
