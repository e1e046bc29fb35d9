// What waits in the network for each modem, until its time has come and the
// modem has taken it. Pure.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "sim/air.h"

namespace smsweb::sim {

class Mailbag {
 public:
  // What a modem did not take is offered again after that time.
  static constexpr Millis kRetry{30'000};

  void Put(std::string_view modem, Delivery delivery, MonoTime due);

  std::optional<MonoTime> Next(std::string_view modem) const;
  std::optional<Delivery> Take(std::string_view modem, MonoTime now);

  void Return(std::string_view modem, Delivery delivery, Receipt why,
              MonoTime now);

  // There is room again: what the memory had none for is due.
  void Wake(std::string_view modem, MonoTime now);

 private:
  struct Waiting {
    Delivery delivery;
    MonoTime due;
  };
  std::map<std::string, std::list<Waiting>, std::less<>> bags_;
};

}  // namespace smsweb::sim
