#include "sim/at_result.h"

#include <array>
#include <span>

namespace smsweb::sim {
namespace {

struct CodeText {
  int code;
  std::string_view text;
};

// TS 27.007 § 9.2.1, those that this modem gives.
constexpr auto kCme = std::to_array<CodeText>({{3, "operation not allowed"},
                                               {4, "operation not supported"},
                                               {10, "SIM not inserted"},
                                               {11, "SIM PIN required"},
                                               {12, "SIM PUK required"},
                                               {13, "SIM failure"},
                                               {16, "incorrect password"},
                                               {21, "invalid index"},
                                               {30, "no network service"}});

// TS 27.005 § 3.2.5 from 300 on; below, the network's causes of TS 24.011
// § 8.2.5.4 and TS 23.040 § 9.2.3.22.
constexpr auto kCms = std::to_array<CodeText>({
    {1, "Unassigned (unallocated) number"},
    {8, "Operator determined barring"},
    {10, "Call barred"},
    {21, "Short message transfer rejected"},
    {27, "Destination out of service"},
    {28, "Unidentified subscriber"},
    {29, "Facility rejected"},
    {30, "Unknown subscriber"},
    {38, "Network out of order"},
    {41, "Temporary failure"},
    {42, "Congestion"},
    {47, "Resources unavailable, unspecified"},
    {50, "Requested facility not subscribed"},
    {69, "Requested facility not implemented"},
    {81, "Invalid short message transfer reference value"},
    {95, "Invalid message, unspecified"},
    {96, "Invalid mandatory information"},
    {97, "Message type non-existent or not implemented"},
    {98, "Message not compatible with short message protocol state"},
    {99, "Information element non-existent or not implemented"},
    {111, "Protocol error, unspecified"},
    {127, "Interworking, unspecified"},
    {128, "Telematic interworking not supported"},
    {192, "SC busy"},
    {194, "SC system failure"},
    {195, "Invalid SME address"},
    {300, "ME failure"},
    {301, "SMS service of ME reserved"},
    {302, "operation not allowed"},
    {303, "operation not supported"},
    {304, "invalid PDU mode parameter"},
    {305, "invalid text mode parameter"},
    {310, "SIM not inserted"},
    {311, "SIM PIN required"},
    {312, "PH-SIM PIN required"},
    {313, "SIM failure"},
    {314, "SIM busy"},
    {315, "SIM wrong"},
    {316, "SIM PUK required"},
    {320, "memory failure"},
    {321, "invalid memory index"},
    {322, "memory full"},
    {330, "SMSC address unknown"},
    {331, "no network service"},
    {332, "network timeout"},
    {340, "no +CNMA acknowledgement expected"},
    {500, "unknown error"},
});

std::string_view Find(std::span<const CodeText> table, int code) {
  for (const CodeText& row : table) {
    if (row.code == code) return row.text;
  }
  return "unknown error";
}

}  // namespace

std::string_view CmeText(int code) { return Find(kCme, code); }
std::string_view CmsText(int code) { return Find(kCms, code); }

}  // namespace smsweb::sim
