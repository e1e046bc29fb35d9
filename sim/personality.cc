#include "sim/personality.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace smsweb::sim {
namespace {

const std::vector<Personality>& Personalities() {
  static const std::vector<Personality> kRows = {
      {"generic", "smsweb", "smsweb-sim", "1.0", {}},
      // SIM800 Series AT Command Manual V1.09: +CGMI, +CGMM, +CGMR, and the
      // summary of unsolicited result codes.
      {"sim800",
       "SIMCOM_Ltd",
       "SIMCOM_SIM800",
       "Revision:1418B05SIM800L24",
       {"RDY", "+CFUN: 1", "+CPIN: READY", "Call Ready", "SMS Ready"}},
      // SIM900 AT Commands Manual V1.07, likewise (§ 12.3): no "SMS Ready".
      {"sim900",
       "SIMCOM_Ltd",
       "SIMCOM_SIM900",
       "Revision:1137B02SIM900M64_ST",
       {"RDY", "+CFUN: 1", "+CPIN: READY", "Call Ready"}},
      // Quectel EC25 & EC21 AT Commands Manual V1.3: ATI, and the summary of
      // URCs.
      {"ec25",
       "Quectel",
       "EC25",
       "EC25EFAR02A09M4G",
       {"RDY", "+CPIN: READY", "+CFUN: 1", "+QIND: SMS DONE",
        "+QIND: PB DONE"}},
      // gammu/gammu issue 374 (names, the answer to what it does not know); of
      // +CNMI: oFono, drivers/atmodem/sms.c; of ^CURC and ^RESET: ModemManager,
      // src/plugins/huawei/mm-broadband-modem-huawei.c.
      {"e173",
       "huawei",
       "E173",
       "11.126.15.00.170",
       {"^SYSSTART"},
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
