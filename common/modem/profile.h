// What differs between makers of modems, as data: a TOML file for each family
// in profiles/ (profiles/README.md has the format), one of these in memory.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.h"

namespace smsweb {

// Case does not matter, and both must be found somewhere in what the modem says
// of itself; an empty one always is.
struct ProfileMatch {
  std::string manufacturer;  // in the answer to AT+CGMI
  std::string model;         // in that to AT+CGMM
};

// "AT..." strings are commands without their CR.
struct ModemProfile {
  std::string name;
  std::vector<ProfileMatch> matches;

  std::vector<std::string> init;   // after ATE0 and AT+CMEE=1; may be refused
  std::vector<std::string> quiet;  // switch lines off that come by themselves;
                                   // may be refused

  int csms =
      0;  // AT+CSMS=: with 1, what arrives wants AT+CNMA (27.005 § 3.2.1)
  // AT+CNMI=, the first that the modem takes (27.005 § 3.4.1).
  std::vector<std::string> cnmi = {"2,1,0,1,0", "1,1,0,1,0", "2,1,0,2,0",
                                   "2,1,0,0,0"};
  // Where messages are kept, the first that the modem takes: AT+CPMS=M,M,M
  // (27.005 § 3.2.2). Each is also looked through at the start.
  std::vector<std::string> storages = {"SM", "ME"};
  std::string report_storage;  // "SR" where reports have one of their own
  bool cmms = true;            // AT+CMMS=2 does what it should

  std::string soft_reset = "ATZ";
  // Radio off and on. Empty: not safe, or not known to be.
  std::vector<std::string> radio_cycle;
  // The modem boots, and its port may go and come. Empty: as above.
  std::string restart;

  // Lines that tell of a modem that has started and forgotten its settings.
  std::vector<std::string> restarted = {"RDY", "^SYSSTART"};
  // A line that must have come before messages can be sent after a start
  // ("SMS Ready"); not waited for longer than `boot_timeout`. Empty: none.
  std::string ready_line;

  enum class Ussd { kText, kGsm7Hex, kUcs2Hex } ussd = Ussd::kText;

  std::optional<Millis> command_timeout;  // instead of the settings'
  std::optional<Millis> prompt_timeout;
  std::optional<Millis> submit_timeout;
  Millis boot_timeout{30'000};  // after a restart, before it is asked again
};

using ModemProfiles = std::vector<ModemProfile>;

// 27.005 and 27.007 alone.
const ModemProfile& GenericProfile();

// The one named `name`; with "", the one whose match is the longest. None fits:
// GenericProfile().
const ModemProfile& ChooseProfile(const ModemProfiles& profiles,
                                  std::string_view name,
                                  std::string_view manufacturer,
                                  std::string_view model);

}  // namespace smsweb
