// What operators ask of modems (smsweb modem ussd): taken from the store, and
// answered there.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "common/modem/modem.h"
#include "common/store/store.h"
#include "daemon/station.h"

namespace smsweb {

class Requests {
 public:
  explicit Requests(const Desk& desk) : desk_(desk) {}

  // Takes up what the store has, if anybody may have asked something since.
  void Turn();
  void LookAgain() { look_ = true; }
  // The turn is on disk: what it took may be asked.
  void Committed();
  void Hear(Station& station, const ModemEvent& event);  // kUssdDone

  // Some are not answered yet.
  bool Open() const { return waiting_ || !under_way_.empty(); }

 private:
  struct Asked {
    std::int64_t sequence;
    std::string code;        // in the form that its modem wants
    bool committed = false;  // that it is taken: it may have been asked
  };

  // True: it is under way, or has its answer.
  bool TakeUp(const ModemRequest& request);
  void Ask(Station& station, Asked& asked);
  void Answer(std::int64_t sequence, bool failed, std::string answer);

  const Desk& desk_;
  std::map<std::string, Asked> under_way_;  // by modem
  bool look_ = true;
  bool waiting_ = false;  // for a modem to come up, or to be free
};

}  // namespace smsweb
