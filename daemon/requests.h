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
  void Hear(Station& station, const ModemEvent& event);  // kUssdDone

  // Some are not answered yet.
  bool Open() const { return waiting_ || !under_way_.empty(); }

 private:
  // True: it is under way, or has its answer.
  bool TakeUp(const ModemRequest& request);
  void Answer(std::int64_t sequence, bool failed, std::string answer);

  const Desk& desk_;
  std::map<std::string, std::int64_t> under_way_;  // by modem
  bool look_ = true;
  bool waiting_ = false;  // for a modem to come up, or to be free
};

}  // namespace smsweb
