// EC_KEY is what Swift can call: the newer functions are macros with variable arguments.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/ec.h>
#include <openssl/obj_mac.h>
#include <openssl/sha.h>
