// The rules of a script that concern one modem, and how often each has come up.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "sim/script.h"

namespace smsweb::sim {

class Rules {
 public:
  // Those of `script` for this modem; kept for as long as the rules are.
  void Add(const Script& script, std::string_view modem);

  // Counts what has come up, and gives the rules that take it. `what` is the
  // command ("AT+CREG?"), the recipient, the USSD code.
  std::vector<const Rule*> On(Trigger::Kind kind, std::string_view what = "");

  // Those of kAt and kEvery that were not given yet.
  std::vector<const Rule*> TakeTimed();

 private:
  struct Counted {
    std::unique_ptr<const Rule> rule;
    std::uint64_t count = 0;
    bool taken = false;
  };
  std::vector<Counted> rules_;
};

// "AT+CREG" takes "AT+CREG?" and "AT+CREG=2", but not "AT+CREGX"; "AT" only
// itself; with '*', as FitsGlob().
bool FitsCommand(std::string_view pattern, std::string_view command);

}  // namespace smsweb::sim
