#include "sim/personality.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace smsweb::sim {
namespace {

constexpr const char* kNoRevision = "simulated";  // where none has a source

const std::vector<Personality>& Personalities() {
  static const std::vector<Personality> kRows = {
      {"generic", "smsweb", "smsweb-sim", "1.0", {}},
      // Names: SIM800 Series AT Command Manual V1.09, +CGMI, +CGMM. Lines: its
      // summary of unsolicited result codes; their order: a log in
      // https://forum.arduino.cc/t/1060974 (SIM800L).
      {"sim800",
       "SIMCOM_Ltd",
       "SIMCOM_SIM800",
       kNoRevision,
       {"RDY", "+CFUN: 1", "+CPIN: READY", "Call Ready", "SMS Ready"}},
      // SIM900 AT Commands Manual V1.07, likewise (§ 12.3): no "SMS Ready". Of
      // the others those whose order their meaning tells.
      {"sim900",
       "SIMCOM_Ltd",
       "SIMCOM_SIM900",
       kNoRevision,
       {"RDY", "+CPIN: READY", "Call Ready"}},
      // Names: Quectel EC25&EC21 AT Commands Manual V1.3, ATI; revision: a log
      // in gammu/gammu issue 492. Lines: EC2x&EG9x&EG2x-G&EM05 Series AT
      // Commands Manual V2.0, p. 297; of these those whose order their meaning
      // tells.
      {"ec25",
       "Quectel",
       "EC25",
       "EC25EFAR06A04M4G",
       {"RDY", "+CPIN: READY", "+QIND: SMS DONE"}},
      // Names, and the answer to what it does not know: logs in gammu/gammu
      // issue 374 and gammu/wammu issue 44. +CNMI: oFono,
      // drivers/atmodem/sms.c. ^RSSI, ^BOOT, ^CURC, ^RESET, USSD: ModemManager,
      // src/plugins/huawei/mm-broadband-modem-huawei.c. How it starts is not
      // known: it says nothing.
      {"e173",
       "huawei",
       "E173",
       kNoRevision,
       {},
       "on AT+CNMI=2: error\n"
       "every 5s until AT^CURC=0: line \"^RSSI:18\"\n"
       "every 7s until AT^CURC=0: line \"^BOOT:31217652,0,0,0,75\"\n"
       "on AT^CURC: answer \"\\r\\nOK\\r\\n\"\n"
       "on AT^RESET: answer \"\\r\\nOK\\r\\n\"; in 100ms unplug for 8s\n",
       "COMMAND NOT SUPPORT",
       /*packed_ussd=*/true},
  };
  return kRows;
}

}  // namespace

const Personality* FindPersonality(std::string_view name) {
  const auto& all = Personalities();
  const auto found =
      std::find_if(all.begin(), all.end(),
                   [&](const Personality& one) { return one.name == name; });
  return found == all.end() ? nullptr : &*found;
}

std::string PersonalityNames() {
  std::string names;
  for (const Personality& one : Personalities()) {
    names += names.empty() ? one.name : ", " + one.name;
  }
  return names;
}

}  // namespace smsweb::sim
