// Package onec writes EnterpriseData, the exchange format that 1С:Предприятие loads from foreign
// programs (http://v8.1c.ru/edi/edi_stnd/EnterpriseData): invoices, acts, счета-фактуры and
// received payments. Every object carries a GUID that never changes, so that loading a file
// again updates and does not double. Pure: no database, no clock, no network. See README.md.
package onec
