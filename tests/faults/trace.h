// What passed on the lines, and what was done to them, with the time since the
// scenario began.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <string_view>

#include "common/base/clock.h"

namespace smsweb::faults {

class Trace {
 public:
  void Add(Millis since_start, std::string_view text);
  // What the host wrote; `>` stands before it.
  void Host(Millis since_start, const std::string& modem,
            std::string_view bytes);
  // What the modem answered; `<`.
  void Modem(Millis since_start, const std::string& modem,
             std::string_view bytes);

  // The last lines, for people.
  std::string Show() const;
  // How many command lines to `modem` began so. Also "" for all.
  int Written(const std::string& modem, const std::string& prefix) const;

 private:
  std::deque<std::string> lines_;
  std::map<std::string, std::string> unfinished_;  // by modem: what the host
                                                   // has not ended yet
  std::map<std::string, std::deque<std::string>> commands_;
};

}  // namespace smsweb::faults
